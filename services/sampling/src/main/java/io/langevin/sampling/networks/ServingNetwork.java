package io.langevin.sampling.networks;

import io.langevin.artifacts.ArtifactId;
import io.langevin.score.Checkpoint;
import io.langevin.score.CompiledNetwork.Precision;
import io.langevin.trajectory.ScoreNetwork;

/**
 * A checkpoint that is laid out on the device. Requests share calls where they share it.
 *
 * @param slots images that share a call, at the most
 */
public record ServingNetwork(Key key, Checkpoint checkpoint, ScoreNetwork network, int slots)
        implements AutoCloseable {
    /** Bytes of a weight: one copy for the device and one as it came. */
    private static final long BYTES_PER_WEIGHT = 8;

    /** What a network is made from. */
    public record Key(ArtifactId checkpoint, Precision precision) {}

    public ArtifactId id() {
        return key.checkpoint();
    }

    /** Memory that it takes while it is loaded, in bytes. */
    long bytes() {
        return BYTES_PER_WEIGHT * checkpoint.weights().length;
    }

    @Override
    public void close() {
        network.close();
    }
}
