package io.langevin.benchmarks;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import io.langevin.score.torch.TorchModule;
import io.langevin.score.torch.TorchScriptArchive;
import java.io.ByteArrayInputStream;
import java.io.IOException;

/** One bare 3×3 convolution, channels-last, called as often as asked for. */
final class Convolution implements AutoCloseable {
    private static final String PROGRAM =
            """
            class Program(Module):
              __parameters__ = []
              __buffers__ = []
              def inputs(self: __torch__.Program, x: Tensor, w: Tensor) -> Tuple[Tensor, Tensor]:
                return (torch.contiguous(x, memory_format=2), torch.contiguous(w, memory_format=2))
              def convolve(self: __torch__.Program, i: Tuple[Tensor, Tensor]) -> Tensor:
                x, w, = i
                return torch.conv2d(x, w, None, [1, 1], [1, 1], [1, 1])
            """;

    private final NDManager manager = TorchModule.newManager();
    private final PtSymbolBlock program;
    private final IValue inputs;
    private final double flops;

    /** Call it on the thread that made it: {@code threads} threads share out the operator. */
    Convolution(int threads, int batch, int channels, int size) throws IOException {
        TorchModule.useThisThread();
        JniUtils.setNumThreads(threads);
        program =
                JniUtils.loadModule(
                        (PtNDManager) manager,
                        new ByteArrayInputStream(TorchScriptArchive.of(PROGRAM)),
                        false,
                        false);
        NDArray x = manager.randomNormal(new Shape(batch, channels, size, size));
        NDArray w = manager.randomNormal(new Shape(channels, channels, 3, 3));
        inputs =
                IValueUtils.runMethod(
                        program, "inputs", IValue.from((PtNDArray) x), IValue.from((PtNDArray) w));
        flops = 2.0 * batch * size * size * 9 * channels * channels;
    }

    double flops() {
        return flops;
    }

    void run() {
        IValueUtils.runMethod(program, "convolve", inputs).close();
    }

    @Override
    public void close() {
        inputs.close();
        program.close();
        manager.close();
    }
}
