package io.langevin.benchmarks;

import io.langevin.process.ServiceMain;
import io.langevin.sampling.SamplingConfig;
import io.langevin.sampling.SamplingService;
import io.langevin.score.Checkpoint;
import io.langevin.trajectory.ScoreNetwork;
import java.util.concurrent.locks.LockSupport;

/**
 * Sleeps as long as a GPU would compute: 40 ms for a call, however many images share it. The main
 * method is a worker of the sampling service on it.
 */
final class PacedNetwork implements ScoreNetwork {
    private static final long NANOS_OF_A_CALL = 40_000_000;

    private final int dimension;

    PacedNetwork(Checkpoint checkpoint) {
        this.dimension = checkpoint.architecture().dimension();
    }

    public static void main(String[] arguments) {
        ServiceMain.run(
                "sampling",
                SamplingConfig::from,
                (config, metrics) ->
                        SamplingService.start(
                                config,
                                metrics,
                                (checkpoint, precision) -> new PacedNetwork(checkpoint)));
    }

    @Override
    public int dimension() {
        return dimension;
    }

    @Override
    public void evaluate(float[] x, float[] sigma, float[] f, int count) {
        long end = System.nanoTime() + NANOS_OF_A_CALL;
        for (long left = NANOS_OF_A_CALL; left > 0; left = end - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }
}
