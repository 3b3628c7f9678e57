package io.langevin.operations;

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
        var feed = LiveFeed.following(config.kafka(), schemas);
        var api = OperationsApi.start(config, schemas, feed, metrics);
        return Running.loop(NAME, WorkflowLoop.of(config, schemas)).closing(feed, api);
    }
}
