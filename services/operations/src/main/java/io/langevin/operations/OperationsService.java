package io.langevin.operations;

import io.langevin.artifacts.ArtifactStore;
import io.langevin.messaging.DeadLetters;
import io.langevin.messaging.Running;
import io.langevin.messaging.Schemas;
import io.langevin.messaging.ServiceMain;
import io.micrometer.core.instrument.MeterRegistry;

/** Runs the retraining workflow, keeps the states of jobs, serves the dashboard. */
public final class OperationsService {
    static final String NAME = "operations";

    private OperationsService() {}

    public static void main(String[] args) {
        ServiceMain.run(NAME, OperationsConfig::from, OperationsService::start);
    }

    /** The whole service, wired by hand; the all-in-one and the tests start it here too. */
    public static Running start(OperationsConfig config, MeterRegistry metrics)
            throws InterruptedException {
        var schemas = new Schemas(config.kafka());
        var artifacts = ArtifactStore.open(config.artifacts());
        var deadLetters = new DeadLetters(NAME, blob -> artifacts.put(blob).hex());
        var feed = LiveFeed.following(config.kafka(), schemas);
        var inspector = TopicInspector.start(config.kafka(), schemas, deadLetters);
        var workflow = WorkflowLoop.of(config, schemas, deadLetters);
        var api = OperationsApi.start(config, schemas, feed, workflow::isWorking, metrics);
        return Running.loop(NAME, workflow)
                .closing(artifacts, feed, inspector, api)
                .dependingOn(feed.ended())
                .dependingOn(inspector.ended());
    }
}
