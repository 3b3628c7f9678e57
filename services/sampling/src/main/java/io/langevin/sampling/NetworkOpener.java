package io.langevin.sampling;

import io.langevin.score.Checkpoint;
import io.langevin.score.CompiledNetwork.Precision;
import io.langevin.score.torch.ComputeDevice;
import io.langevin.trajectory.ScoreNetwork;

/** Lays a checkpoint out on the device; called on one thread, used on another afterwards. */
@FunctionalInterface
public interface NetworkOpener {
    ScoreNetwork open(Checkpoint checkpoint, Precision precision);

    /** Kind of the device: on devices of one kind the same request gives the same bytes. */
    default String deviceKind() {
        return ComputeDevice.CPU.kind();
    }
}
