package io.langevin.sampling;

import static org.assertj.core.api.Assertions.assertThat;

import io.langevin.messaging.KafkaEnvironment;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * No image is lost, repeated or altered, whatever dies when. {@code -Dlangevin.trial.rounds} and
 * {@code -Dlangevin.trial.seed} make it longer and the same again.
 */
@Timeout(value = 60, unit = TimeUnit.MINUTES) // only against a hang
class ExactlyOnceIT {
    @TempDir Path folder;

    @Test
    void every_image_is_committed_exactly_once_while_processes_are_killed() throws Exception {
        int rounds = Integer.getInteger("langevin.trial.rounds", 15);
        long seed = Long.getLong("langevin.trial.seed", System.nanoTime());
        System.out.printf("exactly-once trial: %d rounds, seed %d%n", rounds, seed);
        String registry = KafkaEnvironment.fresh().registry();
        try (var trial = new ExactlyOnceTrial(folder, registry, ChildProcess.freePort(), seed)) {
            ExactlyOnceTrial.Verdict verdict = trial.run(rounds);

            System.out.println("exactly-once trial: " + verdict);
            assertThat(verdict.lost()).as("lost, seed %d", seed).isZero();
            assertThat(verdict.repeated()).as("repeated, seed %d", seed).isZero();
            assertThat(verdict.altered()).as("altered, seed %d", seed).isZero();
            assertThat(verdict.imagesWithoutOutcome()).as("seed %d", seed).isZero();
            assertThat(verdict.outcomesWithoutImages()).as("seed %d", seed).isZero();
            assertThat(verdict.endsOfDamaged()).as("seed %d", seed).isZero();
        }
    }
}
