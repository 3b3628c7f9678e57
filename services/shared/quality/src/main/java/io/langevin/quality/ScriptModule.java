package io.langevin.quality;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.IValue;
import io.langevin.score.torch.TorchModule;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Arrays;

/**
 * A loaded TorchScript program that is shown images in batches [B, 3, H, W], B from 2 to 64.
 *
 * <p>A grey image's channel is repeated. A lone image gets a copy of itself for company, because
 * PyTorch takes other kernels for one image and rounds otherwise. Called by one thread at a time.
 */
final class ScriptModule implements AutoCloseable {
    private static final int BATCH = 64;
    private static final int CHANNELS = 3;

    private final NDManager manager;
    private final TorchModule module;

    private ScriptModule(NDManager manager, TorchModule module) {
        this.manager = manager;
        this.module = module;
    }

    /** What is done with the answer to a batch. */
    interface Answers {
        /**
         * @param first number of the first image of the batch
         * @param count images of the batch, without a copy for company
         * @param batch images and company, B
         * @param answer owned and closed by the caller
         * @param scratch lives until the next batch
         */
        void take(int first, int count, int batch, IValue answer, PtNDManager scratch);
    }

    /** Reads a program from a stream; without gradients and as it is in evaluation. */
    static ScriptModule load(InputStream in) throws IOException {
        TorchModule.useThisThread();
        NDManager manager = TorchModule.newManager();
        try {
            TorchModule module = TorchModule.load(manager, in);
            module.evaluate();
            return new ScriptModule(manager, module);
        } catch (IOException | RuntimeException e) {
            manager.close();
            throw e;
        }
    }

    /** A value made by a method from numbers; whoever asks closes it. */
    IValue run(String method, float[] numbers) {
        TorchModule.useThisThread();
        try (NDArray array = manager.create(numbers)) {
            return module.run(method, TorchModule.input(array));
        }
    }

    /** Calls a method with {@code before} and each batch in turn. */
    void runBatches(ImageSet images, String method, Answers answers, IValue... before) {
        TorchModule.useThisThread();
        int largest = Math.max(2, Math.min(BATCH, images.count()));
        int bytes = largest * CHANNELS * images.size() * images.size() * Float.BYTES;
        ByteBuffer buffer = ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
        for (int first = 0; first < images.count(); first += BATCH) {
            int count = Math.min(BATCH, images.count() - first);
            int batch = Math.max(2, count);
            try (NDManager scratch = manager.newSubManager();
                    IValue x = batch(scratch, buffer, images, first, batch);
                    IValue answer = module.call(method, inputs(before, x))) {
                answers.take(first, count, batch, answer, (PtNDManager) scratch);
            }
        }
    }

    private static IValue[] inputs(IValue[] before, IValue x) {
        IValue[] inputs = Arrays.copyOf(before, before.length + 1);
        inputs[before.length] = x;
        return inputs;
    }

    private static IValue batch(
            NDManager scratch, ByteBuffer buffer, ImageSet images, int first, int batch) {
        int plane = images.size() * images.size();
        buffer.clear().limit(batch * CHANNELS * plane * Float.BYTES);
        FloatBuffer floats = buffer.asFloatBuffer();
        for (int i = first; i < first + batch; i++) {
            int image = Math.min(i, images.count() - 1) * images.dimension();
            for (int channel = 0; channel < CHANNELS; channel++) {
                int from = images.channels() == 1 ? 0 : channel * plane;
                floats.put(images.pixels(), image + from, plane);
            }
        }
        var shape = new Shape(batch, CHANNELS, images.size(), images.size());
        return TorchModule.input(scratch.create(buffer, shape, DataType.FLOAT32));
    }

    @Override
    public void close() {
        module.close();
        manager.close();
    }
}
