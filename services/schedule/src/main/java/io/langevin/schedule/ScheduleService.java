package io.langevin.schedule;

import static io.langevin.messaging.Topics.SCHEDULE_JOBS;
import static io.langevin.messaging.Topics.SCHEDULE_RESULTS;

import io.langevin.artifacts.ArtifactStores;
import io.langevin.messaging.DeadLetters;
import io.langevin.messaging.Schemas;
import io.langevin.messaging.queue.JobWorker;
import io.langevin.process.RunningService;
import io.langevin.process.ServiceMain;
import io.langevin.process.ServiceParts;
import io.langevin.records.ScheduleJob;
import io.langevin.records.ScheduleResult;
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
        return RunningService.start(
                ScheduleConfig.NAME, parts -> assembled(config, metrics, parts));
    }

    private static JobWorker<ScheduleJob, ScheduleResult> assembled(
            ScheduleConfig config, MeterRegistry metrics, ServiceParts parts)
            throws InterruptedException {
        var artifacts = parts.open(ArtifactStores.open(config.artifacts()));
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
        parts.need(worker.cancellationsLost());
        return worker;
    }
}
