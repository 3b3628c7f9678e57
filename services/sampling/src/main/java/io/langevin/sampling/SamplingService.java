package io.langevin.sampling;

import io.langevin.artifacts.ArtifactStore;
import io.langevin.messaging.Cancellations;
import io.langevin.messaging.DeadLetterWriter;
import io.langevin.messaging.Running;
import io.langevin.messaging.Schemas;
import io.langevin.messaging.ServiceMain;
import io.micrometer.core.instrument.MeterRegistry;

/** Draws images: sample requests in, images and outcomes out. */
public final class SamplingService {
    static final String NAME = "sampling";

    private SamplingService() {}

    public static void main(String[] args) {
        ServiceMain.run(NAME, SamplingConfig::from, SamplingService::start);
    }

    /** The whole service, wired by hand; the all-in-one and the tests start it here too. */
    public static Running start(SamplingConfig config, MeterRegistry metrics)
            throws InterruptedException {
        var schemas = new Schemas(config.kafka());
        var artifacts = ArtifactStore.open(config.artifacts());
        var deadLetters = DeadLetterWriter.open(config.kafka(), NAME);
        var cancellations = Cancellations.following(config.kafka(), schemas, deadLetters);
        var checkpoints =
                PublishedCheckpoints.following(
                        config.kafka(), schemas, artifacts, deadLetters, metrics);
        var ended = EndedRequests.following(config.kafka(), schemas, deadLetters);
        var previews = Previews.start(config, schemas, metrics);
        var loop =
                new SamplingLoop(
                        config,
                        schemas,
                        checkpoints,
                        artifacts,
                        cancellations,
                        ended,
                        previews,
                        metrics);
        return Running.loop(NAME, loop)
                .closing(artifacts, deadLetters, cancellations, checkpoints, ended, previews)
                .dependingOn(cancellations.ended())
                .dependingOn(ended.ended())
                .dependingOn(checkpoints.ended());
    }
}
