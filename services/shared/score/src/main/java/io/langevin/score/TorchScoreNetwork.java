package io.langevin.score;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.jni.IValue;
import io.langevin.noise.NoiseSchedule;
import io.langevin.score.CompiledNetwork.Precision;
import io.langevin.score.torch.CallSize;
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

    /** Images of a call on a device that shares it out: more are no faster an image on an H100. */
    private static final int WHOLE_CALL = 64;

    private final NetworkArchitecture architecture;
    private final NoiseSchedule schedule;
    private final ComputeDevice device;

    /**
     * A lone image has company where PyTorch would take other kernels for it and round otherwise.
     */
    private final int leastCall;

    private final CallSize wholeCall = new CallSize(WHOLE_CALL, 1);
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
        this.leastCall = TorchModule.hasOneDnn() && precision == Precision.FLOAT32 ? 1 : 2;
        this.manager = TorchModule.newManager(device);
        try (NDArray array = manager.create(flat)) {
            this.network = CompiledNetwork.load(manager, architecture);
            this.weights = network.prepare(array, precision);
        } catch (RuntimeException e) { // such as out of memory
            manager.close();
            throw e;
        }
    }

    @Override
    public int dimension() {
        return architecture.dimension();
    }

    @Override
    public void evaluate(float[] x, float[] sigma, float[] f, int count) {
        if (device.takesWholeCalls()) {
            for (int from = 0; from < count; ) {
                int first = from;
                from += wholeCall.fitting(size -> evaluateWhole(x, sigma, f, first, count, size));
            }
        } else {
            evaluateShared(x, sigma, f, count);
        }
    }

    /**
     * A call of exactly {@code size} images, so that libraries which choose their kernels by that
     * always choose the same; where fewer are left, one of them keeps the others company.
     *
     * @return how many of the images it took
     */
    private int evaluateWhole(float[] x, float[] sigma, float[] f, int first, int count, int size) {
        int taken = Math.min(size, count - first);
        ByteBuffer images = filled(x, first, taken, size);
        try (NDManager scratch = manager.newSubManager()) {
            evaluatePart(scratch, images, sigma, f, first, first + taken, size);
        }
        return taken;
    }

    private void evaluateShared(float[] x, float[] sigma, float[] f, int count) {
        int each = imagesAtOnce(count);
        ByteBuffer images = filled(x, 0, count, count + leastCall - 1);
        int bytes = dimension() * Float.BYTES;
        try (NDManager scratch = manager.newSubManager()) {
            List<Supplier<Void>> parts = new ArrayList<>();
            for (int from = 0; from < count; from += each) {
                int first = from;
                int end = Math.min(count, from + each);
                int called = Math.max(leastCall, end - first);
                ByteBuffer part = images.slice(first * bytes, called * bytes);
                parts.add(
                        () -> {
                            evaluatePart(scratch, part, sigma, f, first, end, called);
                            return null;
                        });
            }
            TorchThreads.runAll(parts);
        }
    }

    /**
     * @param images as many as are called
     * @param first of those that are wanted; sigma and f have them from there on
     */
    private void evaluatePart(
            NDManager scratch,
            ByteBuffer images,
            float[] sigma,
            float[] f,
            int first,
            int end,
            int called) {
        int size = architecture.imageSize();
        ByteBuffer part = images.order(ByteOrder.nativeOrder());
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

    /** So many images keep the widest activation in a processor's own cache, every thread busy. */
    private int imagesAtOnce(int count) {
        int most = (int) Math.max(2, CACHE_BYTES / architecture.activationBytes());
        int rounds = ceil(count, TorchThreads.count() * most);
        return Math.max(leastCall, ceil(count, TorchThreads.count() * rounds));
    }

    private static int ceil(int a, int b) {
        return (a + b - 1) / b;
    }

    /** Some of the images, and copies of the first of all up to {@code size}. */
    private ByteBuffer filled(float[] x, int first, int count, int size) {
        int bytes = size * dimension() * Float.BYTES;
        if (input.capacity() < bytes) {
            input = ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
        }
        input.clear().limit(bytes);
        FloatBuffer floats = input.asFloatBuffer();
        floats.put(x, first * dimension(), count * dimension());
        for (int i = count; i < size; i++) {
            floats.put(x, 0, dimension());
        }
        return input;
    }

    @Override
    public void close() {
        weights.close();
        network.close();
        manager.close();
    }
}
