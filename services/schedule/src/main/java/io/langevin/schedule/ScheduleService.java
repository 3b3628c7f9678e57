package io.langevin.schedule;

import static io.langevin.messaging.Topics.SCHEDULE_JOBS;
import static io.langevin.messaging.Topics.SCHEDULE_RESULTS;

import io.langevin.artifacts.ArtifactStores;
import io.langevin.messaging.DeadLetters;
import io.langevin.messaging.Schemas;
import io.langevin.messaging.queue.JobWorker;
import io.langevin.process.RunningService;
import io.langevin.process.ServiceMain;
import io.micrometer.core.instrument.MeterRegistry;

/** Computes noise schedules: schedule jobs in, schedules out. */
public final class ScheduleService {
    private ScheduleService() {}

    public static void main(String[] args) {
        ServiceMain.run(ScheduleConfig.NAME, ScheduleConfig::from, ScheduleService::start);
    }

    /** The whole service, wired by hand; the all-in-one and the tests start it here too. */
    public static RunningService start(ScheduleConfig config, MeterRegistry metrics)
            throws InterruptedException {
        var artifacts = ArtifactStores.open(config.artifacts());
        var worker =
                JobWorker.open(
                        config.kafka(),
                        new Schemas(config.kafka()),
                        SCHEDULE_JOBS,
                        SCHEDULE_RESULTS,
                        ScheduleConfig.NAME,
                        config.locks(),
                        new ScheduleHandler(config.datasets()),
                        new DeadLetters(ScheduleConfig.NAME, blob -> artifacts.put(blob).hex()),
                        metrics);
        return RunningService.loop(ScheduleConfig.NAME, worker)
                .closing(artifacts)
                .dependingOn(worker.cancellationsLost());
    }
}
