package io.langevin.publishing;

import static io.langevin.messaging.Topics.MODEL_CHECKPOINTS;
import static io.langevin.messaging.Topics.PUBLISHING_JOBS;
import static io.langevin.messaging.Topics.PUBLISHING_RESULTS;

import io.langevin.artifacts.ArtifactStores;
import io.langevin.messaging.Broker;
import io.langevin.messaging.DeadLetters;
import io.langevin.messaging.Schemas;
import io.langevin.messaging.queue.JobWorker;
import io.langevin.process.RunningService;
import io.langevin.process.ServiceMain;
import io.langevin.process.ServiceParts;
import io.langevin.records.PublishingJob;
import io.langevin.records.PublishingResult;
import io.langevin.score.torch.ComputeDevice;
import io.langevin.score.torch.DeviceChoice;
import io.langevin.score.torch.DeviceMetrics;
import io.micrometer.core.instrument.MeterRegistry;

/** Publishes checkpoints: publishing jobs in, published checkpoints out. */
public final class PublishingService {
    private PublishingService() {}

    public static void main(String[] args) {
        ServiceMain.run(PublishingConfig.NAME, PublishingConfig::from, PublishingService::start);
    }

    /** The whole service, wired by hand; the all-in-one and the tests start it here too. */
    public static RunningService start(PublishingConfig config, MeterRegistry metrics)
            throws InterruptedException {
        ComputeDevice device = DeviceChoice.of(DeviceChoice.SETTING, config.device());
        DeviceMetrics.bind(device, metrics);
        return RunningService.start(
                PublishingConfig.NAME, parts -> assembled(config, device, metrics, parts));
    }

    private static JobWorker<PublishingJob, PublishingResult> assembled(
            PublishingConfig config,
            ComputeDevice device,
            MeterRegistry metrics,
            ServiceParts parts)
            throws InterruptedException {
        var schemas = new Schemas(config.kafka());
        var artifacts = parts.open(ArtifactStores.open(config.artifacts()));
        Broker.requireWrite(config.kafka(), MODEL_CHECKPOINTS);
        var handler =
                new PublishingHandler(
                        artifacts, new CheckpointAnnouncer(config.kafka(), schemas), device);
        var worker =
                JobWorker.open(
                        config.kafka(),
                        schemas,
                        PUBLISHING_JOBS,
                        PUBLISHING_RESULTS,
                        PublishingConfig.NAME,
                        config.locks(),
                        handler,
                        new DeadLetters(PublishingConfig.NAME, blob -> artifacts.put(blob).hex()),
                        metrics);
        parts.need(worker.cancellationsLost());
        return worker;
    }
}
