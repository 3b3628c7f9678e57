package io.langevin.quality;

import io.langevin.noise.SamplingPlan;
import io.langevin.score.Checkpoint;
import io.langevin.score.CompiledNetwork.Precision;
import io.langevin.score.NetworkArchitecture;
import io.langevin.score.TorchScoreNetwork;
import io.langevin.score.torch.ComputeDevice;
import io.langevin.trajectory.ImageNoise;
import io.langevin.trajectory.ImageSeeds;
import io.langevin.trajectory.ScoreNetwork;
import io.langevin.trajectory.TrajectoryBatch;
import java.util.function.IntConsumer;

/** Images of a checkpoint to be judged. */
public final class Generation {
    private static final int SLOTS = 64;

    private Generation() {}

    /**
     * The images of a request with this seed, whatever else is done meanwhile.
     *
     * @param progress told how many are finished
     */
    public static ImageSet of(
            Checkpoint checkpoint, SamplingPlan plan, int count, long seed, IntConsumer progress) {
        return of(checkpoint, ComputeDevice.CPU, plan, count, seed, progress);
    }

    /** The same on another device than the processor. */
    public static ImageSet of(
            Checkpoint checkpoint,
            ComputeDevice device,
            SamplingPlan plan,
            int count,
            long seed,
            IntConsumer progress) {
        return of(
                new TorchScoreNetwork(checkpoint, Precision.FLOAT32, device),
                checkpoint.architecture(),
                plan,
                count,
                seed,
                progress);
    }

    /**
     * The same of any network.
     *
     * @param network is closed
     */
    public static ImageSet of(
            ScoreNetwork network,
            NetworkArchitecture architecture,
            SamplingPlan plan,
            int count,
            long seed,
            IntConsumer progress) {
        int dimension = architecture.dimension();
        float[] pixels = new float[count * dimension];
        try (var batch = new TrajectoryBatch<Integer>(network, SLOTS)) {
            int begun = 0;
            int finished = 0;
            while (finished < count) {
                while (begun < count && batch.free() > 0) {
                    batch.add(begun, plan, ImageNoise.seeded(ImageSeeds.ofImage(seed, begun)));
                    begun++;
                }
                for (TrajectoryBatch.Finished<Integer> image : batch.step()) {
                    System.arraycopy(
                            image.pixels(), 0, pixels, image.owner() * dimension, dimension);
                    finished++;
                }
                progress.accept(finished);
            }
        }
        return ImageSet.clamped(architecture.channels(), architecture.imageSize(), pixels);
    }
}
