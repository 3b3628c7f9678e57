package io.langevin.score;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.langevin.noise.NoiseSchedule;
import io.langevin.score.CompiledNetwork.Gradient;
import io.langevin.score.CompiledNetwork.Precision;
import io.langevin.score.torch.CallSize;
import io.langevin.score.torch.ComputeDevice;
import io.langevin.score.torch.TorchThreads;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;

/** Losses and gradients of a batch, in parts that fit threads or memory. Owned by one thread. */
final class BatchGradients {
    /** Images whose gradient one thread computes at once; the sum does not depend on threads. */
    private static final int SHARD = 16;

    private final CompiledNetwork network;
    private final NetworkArchitecture architecture;
    private final NoiseSchedule schedule;
    private final Precision precision;
    private final ComputeDevice device;

    /** Of a device that shares out calls by itself, once the size of a batch is known. */
    private CallSize wholeCall;

    BatchGradients(
            CompiledNetwork network,
            NetworkArchitecture architecture,
            NoiseSchedule schedule,
            Precision precision,
            ComputeDevice device) {
        this.network = network;
        this.architecture = architecture;
        this.schedule = schedule;
        this.precision = precision;
        this.device = device;
    }

    /**
     * Those of shards of the batch, computed on threads; on a device that shares out calls by
     * itself of as large ones as its memory takes. Their sum is the gradient of the mean loss.
     *
     * @param scratch owns what is returned
     * @param weights flat [D]
     * @param images B·D numbers, 0 to 1
     * @param noise B·D numbers of N(0, 1)
     * @param levels B numbers of noise levels
     */
    List<Gradient> of(
            NDManager scratch, NDArray weights, float[] images, float[] noise, long[] levels) {
        if (!device.takesWholeCalls()) {
            return TorchThreads.runAll(shards(scratch, weights, images, noise, levels, SHARD));
        }
        if (wholeCall == null) {
            wholeCall = new CallSize(levels.length, 1);
        }
        return wholeCall.fitting(
                each ->
                        shards(scratch, weights, images, noise, levels, each).stream()
                                .map(Supplier::get)
                                .toList());
    }

    private List<Supplier<Gradient>> shards(
            NDManager scratch,
            NDArray weights,
            float[] images,
            float[] noise,
            long[] levels,
            int each) {
        List<Supplier<Gradient>> shards = new ArrayList<>();
        for (int from = 0; from < levels.length; from += each) {
            int first = from;
            int end = Math.min(levels.length, from + each);
            shards.add(() -> gradient(scratch, weights, images, noise, levels, first, end));
        }
        return shards;
    }

    /** The share that the images from {@code first} to before {@code end} have of the batch's. */
    private Gradient gradient(
            NDManager scratch,
            NDArray weights,
            float[] images,
            float[] noise,
            long[] levels,
            int first,
            int end) {
        int count = end - first;
        int dimension = architecture.dimension();
        int size = architecture.imageSize();
        var shape = new Shape(count, architecture.channels(), size, size);
        int from = first * dimension;
        int to = end * dimension;
        float[] sigmas = new float[count];
        for (int i = 0; i < count; i++) {
            sigmas[i] = (float) schedule.sigma((int) levels[first + i]);
        }
        return network.gradient(
                scratch,
                weights,
                scratch.create(Arrays.copyOfRange(images, from, to), shape),
                scratch.create(Arrays.copyOfRange(noise, from, to), shape),
                scratch.create(sigmas, new Shape(count, 1, 1, 1)),
                scratch.create(Arrays.copyOfRange(levels, first, end)),
                scratch.create(new float[] {1f / levels.length}),
                precision);
    }
}
