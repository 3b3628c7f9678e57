package io.langevin.sampling.networks;

import io.langevin.artifacts.ArtifactId;
import io.langevin.score.Checkpoint;
import io.langevin.score.CompiledNetwork.Precision;
import io.langevin.trajectory.AfterRow;
import io.langevin.trajectory.GuidedNetwork;
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

    /**
     * What a network is made from.
     *
     * @param guide the checkpoint that its images may be led away from
     */
    public record Key(ArtifactId checkpoint, Precision precision, Optional<ArtifactId> guide) {
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
                                            new Key(by, precision)));
        }

        /** The same network, with a guide. */
        public Key guided(ArtifactId by) {
            return new Key(checkpoint, precision, Optional.of(by));
        }
    }

    public ArtifactId id() {
        return key.checkpoint();
    }

    /** Network evaluations in a row of a plan. */
    public int evaluationsPerRow() {
        return key.guide().isPresent() ? 2 : 1;
    }

    /**
     * Leads an image away from the guide, where there is one.
     *
     * @param guidance how far; 1 is the network alone
     * @param own what is done after each row beside
     */
    public AfterRow guided(double guidance, AfterRow own) {
        return network instanceof GuidedNetwork both ? both.guided(guidance, own) : own;
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
