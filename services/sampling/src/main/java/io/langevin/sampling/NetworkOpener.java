package io.langevin.sampling;

import io.langevin.score.Checkpoint;
import io.langevin.score.CompiledNetwork.Precision;
import io.langevin.trajectory.ScoreNetwork;

/** Lays a checkpoint out on the device; called on one thread, used on another afterwards. */
@FunctionalInterface
public interface NetworkOpener {
    ScoreNetwork open(Checkpoint checkpoint, Precision precision);
}
