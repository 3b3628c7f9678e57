package io.langevin.publishing;

import static io.langevin.messaging.Topics.MODEL_CHECKPOINTS;
import static io.langevin.messaging.Topics.PUBLISHING_JOBS;
import static io.langevin.messaging.Topics.PUBLISHING_RESULTS;

import io.langevin.artifacts.ArtifactStore;
import io.langevin.messaging.Broker;
import io.langevin.messaging.DeadLetters;
import io.langevin.messaging.JobWorker;
import io.langevin.messaging.Running;
import io.langevin.messaging.Schemas;
import io.langevin.messaging.ServiceMain;
import io.micrometer.core.instrument.MeterRegistry;

/** Publishes checkpoints: publishing jobs in, published checkpoints out. */
public final class PublishingService {
    static final String NAME = "publishing";

    private PublishingService() {}

    public static void main(String[] args) {
        ServiceMain.run(NAME, PublishingConfig::from, PublishingService::start);
    }

    /** The whole service, wired by hand; the all-in-one and the tests start it here too. */
    public static Running start(PublishingConfig config, MeterRegistry metrics)
            throws InterruptedException {
        var schemas = new Schemas(config.kafka());
        var artifacts = ArtifactStore.open(config.artifacts());
        Broker.requireWrite(config.kafka(), MODEL_CHECKPOINTS);
        var handler =
                new PublishingHandler(artifacts, new CheckpointAnnouncer(config.kafka(), schemas));
        var worker =
                JobWorker.open(
                        config.kafka(),
                        schemas,
                        PUBLISHING_JOBS,
                        PUBLISHING_RESULTS,
                        NAME,
                        config.locks(),
                        handler,
                        new DeadLetters(NAME, blob -> artifacts.put(blob).hex()),
                        metrics);
        return Running.loop(NAME, worker).closing(artifacts).dependingOn(worker.blind());
    }
}
