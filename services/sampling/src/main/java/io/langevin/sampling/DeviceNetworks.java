package io.langevin.sampling;

import io.langevin.score.Checkpoint;
import io.langevin.score.CompiledNetwork.Precision;
import io.langevin.score.TorchScoreNetwork;
import io.langevin.score.torch.ComputeDevice;
import io.langevin.trajectory.ScoreNetwork;

/** Networks by PyTorch on one device. */
record DeviceNetworks(ComputeDevice on) implements NetworkOpener {
    @Override
    public ScoreNetwork open(Checkpoint checkpoint, Precision precision) {
        return new TorchScoreNetwork(checkpoint, precision, on);
    }

    @Override
    public String deviceKind() {
        return on.kind();
    }
}
