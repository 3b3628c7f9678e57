package io.langevin.sampling.networks;

import static io.langevin.sampling.SamplingFixture.checkpoint;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import io.langevin.artifacts.ArtifactId;
import io.langevin.artifacts.ArtifactStore;
import io.langevin.artifacts.ArtifactStores;
import io.langevin.messaging.KafkaConfig;
import io.langevin.records.OtherCheckpoint;
import io.langevin.records.PublishedCheckpoint;
import io.langevin.sampling.SamplingConfig;
import io.langevin.sampling.networks.ServingNetwork.Key;
import io.langevin.score.CompiledNetwork.Precision;
import io.langevin.trajectory.ScoreNetwork;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A candidate gets its share of the requests, the same ones everywhere, once it is loaded. */
class CandidateSharesTest {
    private static final int REQUESTS = 10_000;

    @TempDir Path folder;
    private final CountDownLatch open = new CountDownLatch(1);
    private ArtifactStore artifacts;
    private LoadedNetworks networks;
    private CandidateShares shares;

    @BeforeEach
    void start() {
        artifacts = ArtifactStores.open(folder.toUri());
        networks =
                new LoadedNetworks(
                        SamplingConfig.of(
                                KafkaConfig.of("unused:1", "mock://x"), folder.toUri(), "cpu", "i"),
                        artifacts,
                        (checkpoint, precision) -> network());
        shares = new CandidateShares(networks);
    }

    @AfterEach
    void stop() {
        open.countDown();
        networks.close();
        artifacts.close();
    }

    @Test
    void of_the_requests_its_share_goes_to_it_and_always_the_same_ones() {
        ArtifactId candidate = artifacts.put(checkpoint(1, 3).bytes());
        shares.announced("m", model(candidate.hex(), 0.3));
        assertThat(shares.of("m", id(new Random(1)))).as("not loaded yet").isEmpty();
        assertThat(shares.hasPartIn(candidate)).isTrue();
        open.countDown();
        networks.load(new Key(candidate, Precision.FLOAT32)).join();
        await().until(() -> served("m", 5) > 0);

        assertThat(served("m", 7)).isCloseTo(0.3, within(0.02)); // 4 standard errors
        assertThat(served("m", 7)).isEqualTo(served("m", 7));
        assertThat(served("other", 7)).isZero();
        shares.announced("m", model(candidate.hex(), 1));
        await().until(() -> served("m", 7) == 1);
        shares.announced("m", model(candidate.hex(), 0));
        assertThat(served("m", 7)).isZero();
        assertThat(shares.hasPartIn(candidate)).isFalse();
    }

    @Test
    void what_cannot_be_loaded_or_is_no_share_gets_none() {
        open.countDown();
        ArtifactId damaged = artifacts.put(new byte[] {1, 2, 3});
        Stream.of(
                        model(damaged.hex(), 0.5),
                        model("no id", 0.5),
                        model(damaged.hex(), Double.NaN),
                        model(damaged.hex(), 2),
                        model(damaged.hex(), -1))
                .forEach(
                        model -> {
                            shares.announced("m", model);
                            assertThat(
                                            networks.load(new Key(damaged, Precision.FLOAT32))
                                                    .handle((n, e) -> e != null)
                                                    .join())
                                    .isTrue();
                            assertThat(served("m", 3)).isZero();
                        });
    }

    /** Of how many requests, as a share. */
    private double served(String model, long seed) {
        var random = new Random(seed);
        return Stream.generate(() -> shares.of(model, id(random)))
                        .limit(REQUESTS)
                        .filter(candidate -> candidate.isPresent())
                        .count()
                / (double) REQUESTS;
    }

    private static String id(Random random) {
        return new UUID(random.nextLong(), random.nextLong()).toString();
    }

    private ScoreNetwork network() {
        try {
            open.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return new ScoreNetwork() {
            @Override
            public int dimension() {
                return 64;
            }

            @Override
            public void evaluate(float[] x, float[] sigma, float[] f, int count) {}

            @Override
            public void close() {}
        };
    }

    private static PublishedCheckpoint model(String candidate, double share) {
        return PublishedCheckpoint.newBuilder()
                .setModel("m")
                .setCheckpoint("c".repeat(64))
                .setFamily("ncsnv2")
                .setNgf(4)
                .setImageSize(8)
                .setChannels(1)
                .setLevels(3)
                .setStepsPerLevel(1)
                .setScheduleId("s")
                .setPublishedAt(Instant.EPOCH)
                .setCandidate(new OtherCheckpoint(candidate, null, null))
                .setCandidateShare(share)
                .build();
    }
}
