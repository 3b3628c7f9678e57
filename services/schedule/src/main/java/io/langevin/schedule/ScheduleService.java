package io.langevin.schedule;

import static io.langevin.messaging.Topics.SCHEDULE_JOBS;
import static io.langevin.messaging.Topics.SCHEDULE_RESULTS;

import io.langevin.artifacts.ArtifactStore;
import io.langevin.messaging.DeadLetters;
import io.langevin.messaging.JobWorker;
import io.langevin.messaging.Running;
import io.langevin.messaging.Schemas;
import io.langevin.messaging.ServiceMain;
import io.micrometer.core.instrument.MeterRegistry;

/** Computes noise schedules: schedule jobs in, schedules out. */
public final class ScheduleService {
    static final String NAME = "schedule";

    private ScheduleService() {}

    public static void main(String[] args) {
        ServiceMain.run(NAME, ScheduleConfig::from, ScheduleService::start);
    }

    /** The whole service, wired by hand; the all-in-one and the tests start it here too. */
    public static Running start(ScheduleConfig config, MeterRegistry metrics)
            throws InterruptedException {
        var artifacts = ArtifactStore.open(config.artifacts());
        var worker =
                JobWorker.open(
                        config.kafka(),
                        new Schemas(config.kafka()),
                        SCHEDULE_JOBS,
                        SCHEDULE_RESULTS,
                        NAME,
                        config.locks(),
                        new ScheduleHandler(config.datasets()),
                        new DeadLetters(NAME, blob -> artifacts.put(blob).hex()),
                        metrics);
        return Running.loop(NAME, worker).closing(artifacts).dependingOn(worker.blind());
    }
}
