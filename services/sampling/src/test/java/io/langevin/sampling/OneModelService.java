package io.langevin.sampling;

import static io.langevin.sampling.SamplingFixture.checkpoint;

import io.langevin.messaging.KafkaEnvironment;
import io.langevin.score.Checkpoint;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A service of its own for each test, with one small model, "m". */
abstract class OneModelService {
    static final Checkpoint CHECKPOINT = checkpoint(1, 3);

    @TempDir Path folder;
    SamplingFixture sampling;

    @BeforeEach
    void start() throws InterruptedException {
        sampling = new SamplingFixture(KafkaEnvironment.fresh(), folder);
        sampling.publish("m", CHECKPOINT);
        sampling.startService();
    }

    @AfterEach
    void stop() {
        sampling.close();
    }
}
