package io.langevin.training;

import static io.langevin.messaging.Topics.TRAINING_JOBS;
import static io.langevin.messaging.Topics.TRAINING_PROGRESS;
import static io.langevin.messaging.Topics.TRAINING_RESULTS;

import io.langevin.artifacts.ArtifactStores;
import io.langevin.datatopic.DatasetLibrary;
import io.langevin.messaging.Broker;
import io.langevin.messaging.DeadLetters;
import io.langevin.messaging.Schemas;
import io.langevin.messaging.follow.Followers;
import io.langevin.messaging.follow.RunOrders;
import io.langevin.messaging.queue.JobWorker;
import io.langevin.process.RunningService;
import io.langevin.process.ServiceMain;
import io.langevin.process.ServiceParts;
import io.langevin.records.TrainingJob;
import io.langevin.records.TrainingResult;
import io.langevin.score.torch.ComputeDevice;
import io.langevin.score.torch.DeviceChoice;
import io.langevin.score.torch.DeviceMetrics;
import io.micrometer.core.instrument.MeterRegistry;

/** Trains score networks: training jobs in, checkpoints out. */
public final class TrainingService {
    private TrainingService() {}

    public static void main(String[] args) {
        ServiceMain.run(TrainingConfig.NAME, TrainingConfig::from, TrainingService::start);
    }

    /** The whole service, wired by hand; the all-in-one and the tests start it here too. */
    public static RunningService start(TrainingConfig config, MeterRegistry metrics)
            throws InterruptedException {
        ComputeDevice device = DeviceChoice.of(DeviceChoice.SETTING, config.device());
        DeviceMetrics.bind(device, metrics);
        return RunningService.start(
                TrainingConfig.NAME, parts -> assembled(config, device, metrics, parts));
    }

    private static JobWorker<TrainingJob, TrainingResult> assembled(
            TrainingConfig config, ComputeDevice device, MeterRegistry metrics, ServiceParts parts)
            throws InterruptedException {
        var schemas = new Schemas(config.kafka());
        var artifacts = parts.open(ArtifactStores.open(config.artifacts()));
        Broker.requireWrite(config.kafka(), TRAINING_PROGRESS);
        var progress = parts.open(ProgressLog.open(config.kafka(), schemas, metrics));
        var orders = parts.follow(RunOrders.following(Followers.of(config.kafka(), schemas)));
        parts.open(BlobSweep.start(config.kafka(), schemas, artifacts));
        var worker =
                JobWorker.open(
                        config.kafka(),
                        schemas,
                        TRAINING_JOBS,
                        TRAINING_RESULTS,
                        TrainingConfig.NAME,
                        config.locks(),
                        new TrainingHandler(
                                new DatasetLibrary(
                                        config.datasets(), config.kafka(), schemas, artifacts),
                                artifacts,
                                progress,
                                orders,
                                device),
                        new DeadLetters(TrainingConfig.NAME, blob -> artifacts.put(blob).hex()),
                        metrics);
        parts.need(worker.cancellationsLost());
        return worker;
    }
}
