package io.langevin.score;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;

/**
 * A network as a loaded TorchScript program without weights.
 *
 * <p>B is the batch, D the length of the flat weights. An array that a method returns belongs to
 * the manager passed to it. One thread at a time may call it, and {@link #useThisThread} must have
 * been called on that thread.
 */
public final class CompiledNetwork implements AutoCloseable {
    /** Loads the native library before anything calls into it. */
    private static final Engine PYTORCH = Engine.getEngine("PyTorch");

    private final PtSymbolBlock program;

    private CompiledNetwork(PtSymbolBlock program) {
        this.program = program;
    }

    /** A manager of PyTorch arrays; whoever asks closes it. */
    public static NDManager newManager() {
        return PYTORCH.newBaseManager();
    }

    /** Compiles the program of a network; it lives until it or the manager is closed. */
    public static CompiledNetwork load(NDManager manager, NetworkArchitecture network) {
        byte[] archive = TorchScriptArchive.of(ScoreProgram.of(network));
        try {
            return new CompiledNetwork(
                    JniUtils.loadModule(
                            (PtNDManager) manager,
                            new ByteArrayInputStream(archive),
                            false,
                            false));
        } catch (IOException e) {
            throw new UncheckedIOException("A stream in memory could not be read", e);
        }
    }

    /**
     * Turns off the graph optimiser and gradients on the calling thread. Both settings are per
     * thread.
     */
    public static void useThisThread() {
        JniUtils.setGraphExecutorOptimize(false);
        JniUtils.setGradMode(false);
    }

    /**
     * Weights laid out for evaluation, from flat weights [D]; a copy of the kernels. Close it when
     * done.
     */
    public IValue prepare(NDArray weights) {
        return run("prepare", tensor(weights));
    }

    /** f = σ·score [B, C, H, W] of x [B, C, H, W]. */
    public NDArray net(NDManager manager, IValue prepared, NDArray x) {
        return array(manager, runKeeping("net", prepared, tensor(x)));
    }

    /** a·x + b·f(x) + c·z [B, C, H, W]; a, b and c are [B, 1, 1, 1]. */
    public NDArray step(
            NDManager manager,
            IValue prepared,
            NDArray x,
            NDArray a,
            NDArray b,
            NDArray c,
            NDArray z) {
        return array(
                manager,
                runKeeping(
                        "step", prepared, tensor(x), tensor(a), tensor(b), tensor(c), tensor(z)));
    }

    /** Loss per example [B] and gradient of their mean [D]; x is clean, sigma is [B, 1, 1, 1]. */
    public Gradient gradient(
            NDManager manager, NDArray weights, NDArray x, NDArray noise, NDArray sigma) {
        NDList result = differentiate(manager, "gradient", weights, x, noise, sigma);
        return new Gradient(result.get(0), result.get(1));
    }

    /**
     * One step of Adam and of the moving average, in place on the state; returns the loss per
     * example [B] before it.
     */
    public NDArray train(
            NDManager manager,
            TrainingState state,
            NDArray x,
            NDArray noise,
            NDArray sigma,
            AdamStep adam) {
        try (NDArray settings = manager.create(adam.settings())) {
            return differentiate(
                            manager,
                            "train",
                            state.weights(),
                            state.firstMoment(),
                            state.secondMoment(),
                            state.average(),
                            x,
                            noise,
                            sigma,
                            settings)
                    .singletonOrThrow();
        }
    }

    @Override
    public void close() {
        program.close();
    }

    /** Loss per example [B] and gradient [D]. */
    public record Gradient(NDArray losses, NDArray gradient) {}

    /** Four flat vectors [D]: weights, Adam's two moments and the moving average of the weights. */
    public record TrainingState(
            NDArray weights, NDArray firstMoment, NDArray secondMoment, NDArray average) {}

    /**
     * Settings of one update, the {@code number}th, from 1 (Kingma and Ba 2015; PyTorch's placing
     * of epsilon).
     */
    public record AdamStep(
            long number, double rate, double beta1, double beta2, double epsilon, double decay) {
        public AdamStep {
            if (number < 1) {
                throw new IllegalArgumentException("number counts updates from 1, not " + number);
            }
        }

        private double[] settings() {
            double stepSize = rate / (1 - Math.pow(beta1, number));
            double root = Math.sqrt(1 - Math.pow(beta2, number));
            return new double[] {beta1, beta2, stepSize, root, epsilon, decay};
        }
    }

    /**
     * Calls outside PyTorch's inference mode, which DJL enters in every other call and which
     * forbids gradients.
     */
    private NDList differentiate(NDManager manager, String method, NDArray... inputs) {
        try (NDArray name = manager.create(0f)) {
            name.setName("module_method:" + method);
            NDList all = new NDList(name); // results belong to the manager of the first array
            all.addAll(Arrays.asList(inputs));
            return IValueUtils.forward(program, all, true);
        }
    }

    private IValue runKeeping(String method, IValue kept, IValue... rest) {
        IValue[] all = new IValue[rest.length + 1];
        all[0] = kept;
        System.arraycopy(rest, 0, all, 1, rest.length);
        try {
            return IValueUtils.runMethod(program, method, all);
        } finally {
            Arrays.stream(rest).forEach(IValue::close);
        }
    }

    private IValue run(String method, IValue... inputs) {
        try {
            return IValueUtils.runMethod(program, method, inputs);
        } finally {
            Arrays.stream(inputs).forEach(IValue::close);
        }
    }

    private static IValue tensor(NDArray array) {
        return IValue.from((PtNDArray) array);
    }

    private static NDArray array(NDManager manager, IValue value) {
        try (value) {
            return value.toTensor((PtNDManager) manager);
        }
    }
}
