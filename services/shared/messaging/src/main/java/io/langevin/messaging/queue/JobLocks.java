package io.langevin.messaging.queue;

import io.langevin.process.Environment;
import java.time.Duration;

/**
 * How long a job is held.
 *
 * @param lock a job comes back when its worker has been silent for this long; renewed every third
 *     of it
 * @param deliveries how often a job is begun without getting further; the last time only to report
 *     that it failed
 * @param patience how long a job waits for something that is out of reach before it fails
 */
public record JobLocks(Duration lock, int deliveries, Duration patience) {
    public static final JobLocks DEFAULT = new JobLocks(Duration.ofSeconds(30), 10);

    /** The patience is ten minutes. */
    public JobLocks(Duration lock, int deliveries) {
        this(lock, deliveries, Duration.ofMinutes(10));
    }

    public static JobLocks from(Environment environment) {
        return new JobLocks(
                environment.seconds("LANGEVIN_JOB_LOCK_SECONDS", 30, 1, 3_600),
                environment.number("LANGEVIN_JOB_DELIVERIES", 10, 2, 1_000),
                environment.seconds("LANGEVIN_JOB_PATIENCE_SECONDS", 600, 1, 604_800));
    }

    /** Whether so many attempts that came to nothing are enough: the next is for the report. */
    boolean isSpent(int attemptsBefore) {
        return attemptsBefore >= deliveries - 1;
    }

    public JobLocks {
        if (deliveries < 2) {
            throw new IllegalArgumentException(
                    "deliveries: must be at least 2, the last is for the report, not "
                            + deliveries);
        }
    }
}
