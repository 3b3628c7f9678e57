package io.langevin.sampling;

import static io.langevin.sampling.SamplingFixture.checkpoint;

import io.langevin.score.Checkpoint;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A session of its own for each test, without a broker, with one small model, "m". */
abstract class OneModelSession {
    static final Checkpoint CHECKPOINT = checkpoint(1, 3);

    @TempDir Path folder;
    SessionInMemory sampling;

    @BeforeEach
    void start() throws InterruptedException {
        sampling = SessionInMemory.open(folder, Duration.ZERO, SamplingService.ON_PROCESSOR);
        sampling.publish("m", CHECKPOINT);
    }

    @AfterEach
    void stop() {
        sampling.close();
    }
}
