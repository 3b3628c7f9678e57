package io.langevin.operations;

import io.langevin.artifacts.ArtifactId;
import io.langevin.artifacts.ArtifactStores;
import io.langevin.client.Langevin;
import io.langevin.messaging.DeadLetters;
import io.langevin.messaging.Schemas;
import io.langevin.messaging.follow.Followers;
import io.langevin.messaging.follow.KeyedRecords;
import io.langevin.messaging.letters.DeadLetterBox;
import io.langevin.operations.dashboard.LiveFeed;
import io.langevin.operations.dashboard.OperationsApi;
import io.langevin.operations.views.BrokerMetrics;
import io.langevin.operations.views.BrokerState;
import io.langevin.operations.views.RecentOutcomes;
import io.langevin.operations.views.RequestImages;
import io.langevin.operations.workflow.TopicInspector;
import io.langevin.operations.workflow.WorkflowLoop;
import io.langevin.process.RunningService;
import io.langevin.process.ServiceMain;
import io.langevin.process.ServiceParts;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;

/** Runs the retraining workflow, keeps the states of jobs, serves the dashboard. */
public final class OperationsService {
    /** How long a page waits for the broker. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

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
        var outcomes =
                parts.follow(
                        RecentOutcomes.following(
                                Followers.of(config.kafka(), schemas), Clock.systemUTC()));
        parts.follow(TopicInspector.start(config.kafka(), schemas, deadLetters));
        var workflow = WorkflowLoop.of(config, schemas, deadLetters);
        var broker = parts.open(new BrokerState(config.kafka()));
        parts.open(BrokerMetrics.start(broker, metrics));
        var shown =
                new OperationsApi.Views(
                        feed,
                        outcomes,
                        broker,
                        new RequestImages(new KeyedRecords(config.kafka(), schemas), artifacts),
                        new DeadLetterBox(
                                config.kafka(),
                                schemas,
                                PATIENCE,
                                blob -> artifacts.get(new ArtifactId(blob))),
                        parts.open(Langevin.connect(config.kafka(), PATIENCE)));
        parts.open(OperationsApi.start(config, schemas, shown, workflow::isWorking, metrics));
        return workflow;
    }
}
