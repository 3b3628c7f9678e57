package io.langevin.sampling.networks;

import static io.langevin.sampling.SamplingFixture.checkpoint;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.langevin.artifacts.ArtifactException;
import io.langevin.artifacts.ArtifactId;
import io.langevin.artifacts.ArtifactStore;
import io.langevin.artifacts.ArtifactStores;
import io.langevin.messaging.KafkaConfig;
import io.langevin.sampling.SamplingConfig;
import io.langevin.sampling.networks.ServingNetwork.Key;
import io.langevin.score.Checkpoint;
import io.langevin.score.CompiledNetwork.Precision;
import io.langevin.trajectory.ScoreNetwork;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LoadedNetworksTest {
    @TempDir Path folder;
    private ArtifactStore artifacts;
    private LoadedNetworks networks;
    private final List<Checkpoint> opened = new CopyOnWriteArrayList<>();
    private final List<Checkpoint> closed = new CopyOnWriteArrayList<>();

    @BeforeEach
    void open() {
        artifacts = ArtifactStores.open(folder.toUri());
        networks = new LoadedNetworks(config(), artifacts, (c, precision) -> network(c));
    }

    /** One that keeps no network that nobody needs. */
    private SamplingConfig config() {
        var standard =
                SamplingConfig.of(
                        KafkaConfig.of("unused:1", "mock://x"), folder.toUri(), "cpu", "i");
        return new SamplingConfig(
                standard.kafka(),
                standard.artifacts(),
                "cpu",
                standard.instance(),
                4,
                standard.admittedImages(),
                standard.admittedBytes(),
                standard.reservedPercent(),
                standard.inlineLimit(),
                1,
                standard.activationBytes(),
                standard.modelWait(),
                standard.grace());
    }

    private ScoreNetwork network(Checkpoint checkpoint) {
        opened.add(checkpoint);
        return new ScoreNetwork() {
            @Override
            public int dimension() {
                return checkpoint.architecture().dimension();
            }

            @Override
            public void evaluate(float[] x, float[] sigma, float[] f, int count) {}

            @Override
            public void close() {
                closed.add(checkpoint);
            }
        };
    }

    @AfterEach
    void close() {
        networks.close();
        artifacts.close();
    }

    @Test
    void network_is_opened_once_whoever_asks() {
        Key key = stored(1);

        assertThat(networks.load(key).join()).isSameAs(networks.load(key).join());
        assertThat(opened).hasSize(1);
    }

    @Test
    void least_recently_used_ones_go_and_needed_ones_stay() {
        Key first = stored(1);
        Key second = stored(2);
        Key third = stored(3);
        List.of(first, second, third).forEach(key -> networks.load(key).join());
        networks.load(first).join();

        assertThat(networks.evict(third::equals)).containsExactly(second, first);
        assertThat(closed).hasSize(2);
    }

    @Test
    void failure_is_told_to_all_who_asked_and_forgotten_when_that_is_asked_for() {
        Key missing = key(ArtifactId.of(new byte[] {1}));

        assertThatThrownBy(() -> networks.load(missing).join())
                .hasCauseInstanceOf(ArtifactException.class);
        artifacts.put(new byte[] {1}); // no checkpoint either, but another failure
        assertThatThrownBy(() -> networks.load(missing).join())
                .hasCauseInstanceOf(ArtifactException.class);
        networks.forgetFailed(missing);
        assertThatThrownBy(() -> networks.load(missing).join())
                .hasCauseInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void guided_ones_share_the_networks_that_they_are_made_of() {
        Key network = stored(1);
        Key guide = stored(2);
        Key one = network.guided(guide.checkpoint());
        Key other = guide.guided(network.checkpoint());

        assertThat(networks.load(one).join().evaluationsPerRow()).isEqualTo(2);
        networks.load(other).join();

        assertThat(opened).hasSize(2);
        assertThat(networks.evict(one::equals)).containsExactly(other);
        assertThat(closed).as("what the other is made of").isEmpty();
        assertThat(networks.evict(key -> false)).containsExactlyInAnyOrder(one, network, guide);
        assertThat(closed).hasSize(2);
    }

    private Key stored(long seed) {
        return key(artifacts.put(checkpoint(seed, 3).bytes()));
    }

    private static Key key(ArtifactId id) {
        return new Key(id, Precision.FLOAT32);
    }
}
