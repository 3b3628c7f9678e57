package io.langevin.score;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.jni.IValue;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;

/**
 * A checkpoint ready for sampling: its weights are laid out once, then called. Owned by one thread.
 */
public final class TorchScoreNetwork implements ScoreNetwork {

    private final NetworkArchitecture architecture;
    private final NDManager manager;
    private final CompiledNetwork network;
    private final IValue weights;
    private ByteBuffer input = ByteBuffer.allocateDirect(0);

    public TorchScoreNetwork(Checkpoint checkpoint) {
        this(checkpoint.architecture(), checkpoint.weights());
    }

    TorchScoreNetwork(NetworkArchitecture architecture, float[] flat) {
        CompiledNetwork.useThisThread();
        this.architecture = architecture;
        this.manager = CompiledNetwork.newManager();
        this.network = CompiledNetwork.load(manager, architecture);
        try (NDArray array = manager.create(flat)) {
            this.weights = network.prepare(array);
        }
    }

    @Override
    public int dimension() {
        return architecture.dimension();
    }

    @Override
    public void evaluate(float[] x, float[] f, int count) {
        CompiledNetwork.useThisThread();
        // PyTorch takes other kernels for a lone image and rounds otherwise where its threads share
        // an odd number: a copy of the first image makes the number even
        int called = count + count % 2;
        int size = architecture.imageSize();
        try (NDManager scratch = manager.newSubManager()) {
            NDArray images =
                    scratch.create(
                            filled(x, count, called),
                            new Shape(called, architecture.channels(), size, size),
                            DataType.FLOAT32);
            network.net(scratch, weights, images)
                    .toByteBuffer()
                    .order(ByteOrder.nativeOrder())
                    .asFloatBuffer()
                    .get(f, 0, count * dimension());
        }
    }

    private ByteBuffer filled(float[] x, int count, int called) {
        int bytes = called * dimension() * Float.BYTES;
        if (input.capacity() < bytes) {
            input = ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
        }
        input.clear().limit(bytes);
        FloatBuffer floats = input.asFloatBuffer();
        floats.put(x, 0, count * dimension());
        for (int copy = count; copy < called; copy++) {
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
