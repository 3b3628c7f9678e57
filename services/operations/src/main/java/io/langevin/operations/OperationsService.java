package io.langevin.operations;

import io.langevin.artifacts.ArtifactStores;
import io.langevin.messaging.DeadLetters;
import io.langevin.messaging.Schemas;
import io.langevin.operations.dashboard.LiveFeed;
import io.langevin.operations.dashboard.OperationsApi;
import io.langevin.operations.workflow.TopicInspector;
import io.langevin.operations.workflow.WorkflowLoop;
import io.langevin.process.RunningService;
import io.langevin.process.ServiceMain;
import io.langevin.process.ServiceParts;
import io.micrometer.core.instrument.MeterRegistry;

/** Runs the retraining workflow, keeps the states of jobs, serves the dashboard. */
public final class OperationsService {
    private OperationsService() {}

    public static void main(String[] args) {
        ServiceMain.run(OperationsConfig.NAME, OperationsConfig::from, OperationsService::start);
    }

    /** The whole service, wired by hand; the all-in-one and the tests start it here too. */
    public static RunningService start(OperationsConfig config, MeterRegistry metrics)
            throws InterruptedException {
        return RunningService.start(
                OperationsConfig.NAME, parts -> assembled(config, metrics, parts));
    }

    private static WorkflowLoop assembled(
            OperationsConfig config, MeterRegistry metrics, ServiceParts parts)
            throws InterruptedException {
        var schemas = new Schemas(config.kafka());
        var artifacts = parts.open(ArtifactStores.open(config.artifacts()));
        var deadLetters = new DeadLetters(OperationsConfig.NAME, blob -> artifacts.put(blob).hex());
        var feed = parts.follow(LiveFeed.following(config.kafka(), schemas));
        parts.follow(TopicInspector.start(config.kafka(), schemas, deadLetters));
        var workflow = WorkflowLoop.of(config, schemas, deadLetters);
        parts.open(OperationsApi.start(config, schemas, feed, workflow::isWorking, metrics));
        return workflow;
    }
}
