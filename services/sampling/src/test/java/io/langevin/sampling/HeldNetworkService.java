package io.langevin.sampling;

import static io.langevin.sampling.SamplingFixture.checkpoint;
import static org.awaitility.Awaitility.await;

import io.langevin.messaging.KafkaEnvironment;
import io.langevin.records.Sampler;
import io.langevin.records.SamplerKind;
import io.langevin.score.Checkpoint;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/**
 * A broker with one model, "m", for a service of four slots whose network calls are made one by
 * one, as the test allows.
 */
abstract class HeldNetworkService {
    static final Checkpoint CHECKPOINT = checkpoint(1, 20);
    static final int ROWS = 20 * 2 + 1;
    static final int SLOTS = 4;

    @TempDir Path folder;
    SamplingFixture sampling;

    /** Its time keeps the ends of requests apart, also where files are made slowly. */
    final FakeNetwork network = FakeNetwork.held(CHECKPOINT, Duration.ofMillis(5));

    @BeforeEach
    void start() throws InterruptedException {
        sampling = new SamplingFixture(KafkaEnvironment.fresh(), folder);
        sampling.publish("m", CHECKPOINT);
    }

    @AfterEach
    void stop() {
        network.allow(1 << 20);
        sampling.close();
    }

    void serve() throws InterruptedException {
        serve(network);
    }

    void serve(FakeNetwork other) throws InterruptedException {
        sampling.start(sampling.config("one"), (checkpoint, precision) -> other);
    }

    void call() {
        call(network);
    }

    /** Exactly one. */
    static void call(FakeNetwork network) {
        long before = network.calls();
        network.allow(1);
        await().until(() -> network.calls() == before + 1);
    }

    /** Whose images need so many calls. */
    static Sampler annealing(int evaluations) {
        return Sampler.newBuilder()
                .setKind(SamplerKind.CONSISTENT_ANNEALING)
                .setNetworkEvaluations(evaluations)
                .build();
    }

    double active() {
        return sampling.metrics.get("langevin.sampling.requests.active").gauge().value();
    }

    double ended(String status) {
        return sampling.metrics.counter("langevin.sampling.requests", "status", status).count();
    }
}
