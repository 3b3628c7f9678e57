package io.langevin.schedule;

import static io.langevin.messaging.Topics.SCHEDULE_JOBS;
import static io.langevin.messaging.Topics.SCHEDULE_RESULTS;

import io.langevin.artifacts.ArtifactStores;
import io.langevin.datatopic.DatasetLibrary;
import io.langevin.messaging.DeadLetters;
import io.langevin.messaging.Schemas;
import io.langevin.messaging.queue.JobWorker;
import io.langevin.process.RunningService;
import io.langevin.process.ServiceLoop;
import io.langevin.process.ServiceMain;
import io.langevin.process.ServiceParts;
import io.langevin.process.SideBySide;
import io.micrometer.core.instrument.MeterRegistry;

/** Computes noise schedules, and looks at the images that data sets are given by events. */
public final class ScheduleService {
    private ScheduleService() {}

    public static void main(String[] args) {
        ServiceMain.run(ScheduleConfig.NAME, ScheduleConfig::from, ScheduleService::start);
    }

    /** The whole service, wired by hand; the all-in-one and the tests start it here too. */
    public static RunningService start(ScheduleConfig config, MeterRegistry metrics)
            throws InterruptedException {
        return RunningService.start(
                ScheduleConfig.NAME, parts -> assembled(config, metrics, parts));
    }

    private static ServiceLoop assembled(
            ScheduleConfig config, MeterRegistry metrics, ServiceParts parts)
            throws InterruptedException {
        var schemas = new Schemas(config.kafka());
        var artifacts = parts.open(ArtifactStores.open(config.artifacts()));
        var deadLetters = new DeadLetters(ScheduleConfig.NAME, blob -> artifacts.put(blob).hex());
        var datasets = new DatasetLibrary(config.datasets(), config.kafka(), schemas, artifacts);
        var worker =
                JobWorker.open(
                        config.kafka(),
                        schemas,
                        SCHEDULE_JOBS,
                        SCHEDULE_RESULTS,
                        ScheduleConfig.NAME,
                        config.locks(),
                        new ScheduleHandler(datasets),
                        deadLetters,
                        metrics);
        parts.need(worker.cancellationsLost());
        var gatherer =
                new DatasetGatherer(config.kafka(), schemas, artifacts, deadLetters, metrics);
        return new SideBySide(worker, gatherer, "datasets");
    }
}
