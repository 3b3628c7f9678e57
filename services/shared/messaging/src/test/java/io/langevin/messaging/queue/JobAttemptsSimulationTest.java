package io.langevin.messaging.queue;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * A hundred thousand jobs whose workers die, stop and get further at random: a job is given up when
 * its last attempts have all come to nothing, and only then.
 */
class JobAttemptsSimulationTest {
    private static final int JOBS = 100_000;

    /** What the topic of attempts keeps, and the truth that it does not know. */
    private static final class Job {
        private int begun;
        private int fruitless;
    }

    @Test
    void a_job_is_given_up_after_attempts_that_came_to_nothing_and_never_otherwise() {
        long seed = new Random().nextLong();
        System.out.println("seed " + seed);
        for (int n = 0; n < JOBS; n++) {
            var random = new Random(seed + n);
            var locks = new JobLocks(Duration.ofSeconds(1), 2 + random.nextInt(9));
            var job = new Job();
            double progress = random.nextInt(4) / 4.0;
            for (int attempt = 0; attempt < 200; attempt++) {
                int before = job.begun;
                job.begun = before + 1; // written before the job begins
                if (locks.isSpent(before)) {
                    assertThat(job.fruitless)
                            .as("seed %d, job %d", seed, n)
                            .isEqualTo(locks.deliveries() - 1);
                    break;
                }
                assertThat(job.fruitless)
                        .as("seed %d, job %d", seed, n)
                        .isLessThan(locks.deliveries() - 1);
                // however it then ends, by a signal or a kill, before or after a snapshot
                if (random.nextDouble() < progress) {
                    job.begun = 0;
                    job.fruitless = 0;
                } else {
                    job.fruitless++;
                }
            }
        }
    }
}
