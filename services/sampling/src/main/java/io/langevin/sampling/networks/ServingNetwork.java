package io.langevin.sampling.networks;

import io.langevin.artifacts.ArtifactId;
import io.langevin.score.Checkpoint;
import io.langevin.score.CompiledNetwork.Precision;
import io.langevin.trajectory.ScoreNetwork;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A checkpoint that is laid out on the device. Requests share calls where they share it.
 *
 * @param deviceKind where it runs
 * @param slots images that share a call, at the most
 */
public record ServingNetwork(
        Key key, Checkpoint checkpoint, ScoreNetwork network, String deviceKind, int slots)
        implements AutoCloseable {
    /** Bytes of a weight: one copy for the device and one as it came. */
    private static final long BYTES_PER_WEIGHT = 8;

    /** What a network is made from. */
    public record Key(ArtifactId checkpoint, Precision precision, Optional<Guide> guide) {
        public Key(ArtifactId checkpoint, Precision precision) {
            this(checkpoint, precision, Optional.empty());
        }

        /** Those that it is made of: the network alone, and its guide alone. */
        Stream<Key> parts() {
            return guide.stream()
                    .flatMap(
                            by ->
                                    Stream.of(
                                            new Key(checkpoint, precision),
                                            new Key(by.checkpoint(), precision)));
        }

        /** The same network, led away from a guide. */
        public Key guided(Guide by) {
            return new Key(checkpoint, precision, Optional.of(by));
        }
    }

    /**
     * What a network is led away from, {@link io.langevin.trajectory.GuidedNetwork}.
     *
     * @param weight 1 is the network alone
     */
    public record Guide(ArtifactId checkpoint, double weight) {}

    public ArtifactId id() {
        return key.checkpoint();
    }

    /** Network evaluations in a row of a plan. */
    public int evaluationsPerRow() {
        return key.guide().isPresent() ? 2 : 1;
    }

    /** Memory that it takes while it is loaded, in bytes; a guided one shares that of others. */
    long bytes() {
        return key.guide().isPresent() ? 0 : BYTES_PER_WEIGHT * checkpoint.weights().length;
    }

    @Override
    public void close() {
        network.close();
    }
}
