package io.langevin.publishing;

import static io.langevin.messaging.Topics.MODEL_CHANGES;
import static io.langevin.messaging.Topics.MODEL_CHANGE_RESULTS;
import static io.langevin.messaging.Topics.MODEL_CHECKPOINTS;
import static io.langevin.messaging.Topics.MODEL_JUDGEMENTS;
import static io.langevin.messaging.Topics.PUBLISHING_JOBS;
import static io.langevin.messaging.Topics.PUBLISHING_RESULTS;
import static io.langevin.messaging.Topics.SAMPLING_REQUESTS;

import io.langevin.artifacts.ArtifactStores;
import io.langevin.messaging.Broker;
import io.langevin.messaging.DeadLetters;
import io.langevin.messaging.Schemas;
import io.langevin.messaging.queue.JobWorker;
import io.langevin.process.RunningService;
import io.langevin.process.ServiceLoop;
import io.langevin.process.ServiceMain;
import io.langevin.process.ServiceParts;
import io.langevin.process.SideBySide;
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

    private static ServiceLoop assembled(
            PublishingConfig config,
            ComputeDevice device,
            MeterRegistry metrics,
            ServiceParts parts)
            throws InterruptedException {
        var schemas = new Schemas(config.kafka());
        var artifacts = parts.open(ArtifactStores.open(config.artifacts()));
        Broker.requireWrite(config.kafka(), MODEL_CHECKPOINTS, MODEL_JUDGEMENTS, SAMPLING_REQUESTS);
        var announcer = new CheckpointAnnouncer(config.kafka(), schemas);
        var judge = parts.open(CandidateJudge.open(config, schemas, artifacts));
        var deadLetters = new DeadLetters(PublishingConfig.NAME, blob -> artifacts.put(blob).hex());
        var publisher =
                JobWorker.open(
                        config.kafka(),
                        schemas,
                        PUBLISHING_JOBS,
                        PUBLISHING_RESULTS,
                        PublishingConfig.NAME,
                        config.locks(),
                        new PublishingHandler(artifacts, announcer, judge, device),
                        deadLetters,
                        metrics);
        parts.need(publisher.cancellationsLost());
        // a rollback does not wait for a run that is being judged
        var changer =
                JobWorker.open(
                        config.kafka(),
                        schemas,
                        MODEL_CHANGES,
                        MODEL_CHANGE_RESULTS,
                        PublishingConfig.CHANGES,
                        config.locks(),
                        new ModelChangeHandler(artifacts, announcer, device),
                        deadLetters,
                        metrics);
        parts.need(changer.cancellationsLost());
        return new SideBySide(publisher, changer, PublishingConfig.CHANGES);
    }
}
