package io.langevin.score;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.jni.IValue;
import io.langevin.noise.NoiseSchedule;
import io.langevin.score.CompiledNetwork.Precision;
import io.langevin.score.torch.ComputeDevice;
import io.langevin.score.torch.TorchModule;
import io.langevin.score.torch.TorchThreads;
import io.langevin.trajectory.ScoreNetwork;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * A checkpoint ready for sampling: its weights are laid out once, then called. Owned by one thread.
 */
public final class TorchScoreNetwork implements ScoreNetwork {
    private static final int CACHE_BYTES = 1 << 21;

    private final NetworkArchitecture architecture;
    private final NoiseSchedule schedule;
    private final ComputeDevice device;
    private final NDManager manager;
    private final CompiledNetwork network;
    private final IValue weights;
    private ByteBuffer input = ByteBuffer.allocateDirect(0);

    public TorchScoreNetwork(Checkpoint checkpoint) {
        this(checkpoint, Precision.FLOAT32, ComputeDevice.CPU);
    }

    public TorchScoreNetwork(Checkpoint checkpoint, Precision precision, ComputeDevice device) {
        this(
                checkpoint.architecture(),
                checkpoint.schedule(),
                checkpoint.weights(),
                precision,
                device);
    }

    TorchScoreNetwork(
            NetworkArchitecture architecture,
            NoiseSchedule schedule,
            float[] flat,
            Precision precision,
            ComputeDevice device) {
        TorchModule.useThisThread();
        this.architecture = architecture;
        this.schedule = schedule;
        this.device = device;
        this.manager = TorchModule.newManager(device);
        this.network = CompiledNetwork.load(manager, architecture);
        try (NDArray array = manager.create(flat)) {
            this.weights = network.prepare(array, precision);
        }
    }

    @Override
    public int dimension() {
        return architecture.dimension();
    }

    @Override
    public void evaluate(float[] x, float[] sigma, float[] f, int count) {
        int each = imagesAtOnce(count);
        ByteBuffer images = filled(x, count);
        try (NDManager scratch = manager.newSubManager()) {
            List<Supplier<Void>> parts = new ArrayList<>();
            for (int from = 0; from < count; from += each) {
                int first = from;
                int end = Math.min(count, from + each);
                parts.add(
                        () -> {
                            evaluatePart(scratch, images, sigma, f, first, end);
                            return null;
                        });
            }
            TorchThreads.runAll(parts);
        }
    }

    private void evaluatePart(
            NDManager scratch, ByteBuffer images, float[] sigma, float[] f, int first, int end) {
        int size = architecture.imageSize();
        int bytes = dimension() * Float.BYTES;
        int called = Math.max(2, end - first);
        ByteBuffer part =
                images.slice(first * bytes, called * bytes).order(ByteOrder.nativeOrder());
        var shape = new Shape(called, architecture.channels(), size, size);
        float[] sigmas = new float[called];
        long[] levels = new long[called];
        for (int i = 0; i < called; i++) {
            sigmas[i] = sigma[Math.min(first + i, end - 1)];
            levels[i] = architecture.family().isConditional() ? schedule.nearest(sigmas[i]) : 0;
        }
        NDArray output =
                network.net(
                        scratch,
                        weights,
                        scratch.create(part, shape, DataType.FLOAT32),
                        scratch.create(sigmas, new Shape(called, 1, 1, 1)),
                        scratch.create(levels));
        output.toByteBuffer()
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer()
                .get(f, first * dimension(), (end - first) * dimension());
    }

    /**
     * A device that shares out a call by itself is given all of it. On processors so many images
     * keep the widest activation in a processor's own cache, every thread busy.
     */
    private int imagesAtOnce(int count) {
        if (device.takesWholeCalls()) {
            return count;
        }
        int most = (int) Math.max(2, CACHE_BYTES / architecture.activationBytes());
        int rounds = ceil(count, TorchThreads.count() * most);
        return Math.max(2, ceil(count, TorchThreads.count() * rounds));
    }

    private static int ceil(int a, int b) {
        return (a + b - 1) / b;
    }

    /**
     * The images and a copy of one to keep the last company: PyTorch takes other kernels for a lone
     * image and rounds otherwise.
     */
    private ByteBuffer filled(float[] x, int count) {
        int bytes = (count + 1) * dimension() * Float.BYTES;
        if (input.capacity() < bytes) {
            input = ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
        }
        input.clear().limit(bytes);
        FloatBuffer floats = input.asFloatBuffer();
        floats.put(x, 0, count * dimension());
        floats.put(x, 0, dimension());
        return input;
    }

    @Override
    public void close() {
        weights.close();
        network.close();
        manager.close();
    }
}
