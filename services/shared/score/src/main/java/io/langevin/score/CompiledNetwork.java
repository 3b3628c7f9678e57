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
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;

/**
 * A network as a loaded TorchScript program without weights.
 *
 * <p>B is the batch, D the length of the flat weights. An array that a method returns belongs to
 * the manager passed to it. Several threads may call it at a time; {@link #useThisThread} must have
 * been called on each.
 */
public final class CompiledNetwork implements AutoCloseable {
    /** Loads the native library before anything calls into it. */
    private static final Engine PYTORCH = Engine.getEngine("PyTorch");

    /**
     * oneDNN crashes when two threads prepare the same backward convolution at the same time
     * (docs/decisions/0006): whoever calls a method with a batch of a new size does so alone.
     */
    private static final ReadWriteLock PREPARING = new ReentrantReadWriteLock();

    /** In what a network computes; its inputs and outputs are float32. */
    public enum Precision {
        FLOAT32,
        /** 8 bits of mantissa: for processors that multiply it faster. */
        BFLOAT16
    }

    private final PtSymbolBlock program;
    private final Set<String> prepared = ConcurrentHashMap.newKeySet();

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
     * Turns off the graph optimiser and gradients on the calling thread, and lets it run operators
     * alone: {@link TorchThreads} shares out images, not operators. All three settings are per
     * thread; asking for the number of threads first keeps PyTorch from setting it again later.
     */
    public static void useThisThread() {
        JniUtils.setGraphExecutorOptimize(false);
        JniUtils.setGradMode(false);
        if (JniUtils.getNumThreads() != 1) {
            JniUtils.setNumThreads(1);
        }
    }

    /**
     * Weights laid out for evaluation, from flat weights [D]; a copy of the kernels. Close it when
     * done.
     */
    public IValue prepare(NDArray weights, Precision precision) {
        return switch (precision) {
            case FLOAT32 -> run("prepare", tensor(weights));
            case BFLOAT16 -> run("prepareBfloat16", tensor(weights));
        };
    }

    /**
     * f = σ·score [B, C, H, W] of x [B, C, H, W]; only conditional networks look at sigma [B, 1, 1,
     * 1] and level [B] (int64).
     */
    public NDArray net(NDManager manager, IValue weights, NDArray x, NDArray sigma, NDArray level) {
        try (IValue images = tensor(x);
                IValue sigmas = tensor(sigma);
                IValue levels = tensor(level)) {
            return aloneAtFirst(
                    "body" + x.getShape(),
                    () ->
                            array(
                                    manager,
                                    IValueUtils.runMethod(
                                            program, "body", weights, images, sigmas, levels)));
        }
    }

    /**
     * Loss per example [B] and gradient [D] of their sum times {@code share} [1]; x is clean, sigma
     * is [B, 1, 1, 1], level [B] (int64).
     */
    public Gradient gradient(
            NDManager manager,
            NDArray weights,
            NDArray x,
            NDArray noise,
            NDArray sigma,
            NDArray level,
            NDArray share) {
        // inference mode, which DJL enters in every other call, forbids gradients
        try (NDArray name = manager.create(0f)) {
            name.setName("module_method:gradient");
            // results belong to the manager of the first array
            NDList inputs = new NDList(name, weights, x, noise, sigma, level, share);
            NDList result =
                    aloneAtFirst(
                            "gradient" + x.getShape(),
                            () -> IValueUtils.forward(program, inputs, true));
            return new Gradient(result.get(0), result.get(1));
        }
    }

    /** One step of Adam and of the moving average, in place on the state, along a gradient [D]. */
    public void update(TrainingState state, NDArray gradient, AdamStep adam) {
        try (NDArray settings = gradient.getManager().create(adam.settings())) {
            run(
                            "update",
                            tensor(state.weights()),
                            tensor(state.firstMoment()),
                            tensor(state.secondMoment()),
                            tensor(state.average()),
                            tensor(gradient),
                            tensor(settings))
                    .close();
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

    private <R> R aloneAtFirst(String call, Supplier<R> work) {
        boolean first = !prepared.contains(call);
        Lock lock = first ? PREPARING.writeLock() : PREPARING.readLock();
        lock.lock();
        try {
            R result = work.get();
            prepared.add(call);
            return result;
        } finally {
            lock.unlock();
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
