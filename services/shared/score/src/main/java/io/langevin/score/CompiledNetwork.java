package io.langevin.score;

import static io.langevin.score.torch.TorchModule.input;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.jni.IValue;
import io.langevin.score.torch.TorchModule;
import io.langevin.score.torch.TorchScriptArchive;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
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
 * the manager passed to it. Several threads may call it at a time; {@link
 * TorchModule#useThisThread} must have been called on each.
 */
public final class CompiledNetwork implements AutoCloseable {
    /**
     * oneDNN crashes when two threads prepare the same backward convolution at the same time
     * (docs/how/decisions/0006): whoever calls a method with a batch of a new size does so alone.
     */
    private static final ReadWriteLock PREPARING = new ReentrantReadWriteLock();

    /** Numbers that a network computes with; its inputs and outputs are float32. */
    public enum Precision {
        FLOAT32,
        /** 8 bits of mantissa: for processors that multiply it faster. */
        BFLOAT16
    }

    private final TorchModule program;
    private final Set<String> prepared = ConcurrentHashMap.newKeySet();

    private CompiledNetwork(TorchModule program) {
        this.program = program;
    }

    /** Compiles the program of a network; it lives until it or the manager is closed. */
    public static CompiledNetwork load(NDManager manager, NetworkArchitecture network) {
        byte[] archive = TorchScriptArchive.of(ScoreProgram.of(network, TorchModule.hasOneDnn()));
        try {
            return new CompiledNetwork(
                    TorchModule.load(manager, new ByteArrayInputStream(archive)));
        } catch (IOException e) {
            throw new UncheckedIOException("A stream in memory could not be read", e);
        }
    }

    /**
     * Weights laid out for evaluation, from flat weights [D]; a copy of the kernels. Close it when
     * done.
     */
    public IValue prepare(NDArray weights, Precision precision) {
        return switch (precision) {
            case FLOAT32 -> program.run("prepare", input(weights));
            case BFLOAT16 -> program.run("prepareBfloat16", input(weights));
        };
    }

    /**
     * f = σ·score [B, C, H, W] of x [B, C, H, W]; only conditional networks look at sigma [B, 1, 1,
     * 1] and level [B] (int64).
     */
    public NDArray net(NDManager manager, IValue weights, NDArray x, NDArray sigma, NDArray level) {
        try (IValue images = input(x);
                IValue sigmas = input(sigma);
                IValue levels = input(level)) {
            return aloneAtFirst(
                    "body" + x.getShape(),
                    () ->
                            TorchModule.array(
                                    manager,
                                    program.call("body", weights, images, sigmas, levels)));
        }
    }

    /**
     * Loss per example [B] and gradient [D] of their sum times {@code share} [1]; x is clean, sigma
     * is [B, 1, 1, 1], level [B] (int64). Weights and gradient are float32 in either precision.
     */
    public Gradient gradient(
            NDManager manager,
            NDArray weights,
            NDArray x,
            NDArray noise,
            NDArray sigma,
            NDArray level,
            NDArray share,
            Precision precision) {
        String method =
                switch (precision) {
                    case FLOAT32 -> "gradient";
                    case BFLOAT16 -> "gradientBfloat16";
                };
        NDList result =
                aloneAtFirst(
                        method + x.getShape(),
                        () ->
                                program.differentiate(
                                        method, manager, weights, x, noise, sigma, level, share));
        return new Gradient(result.get(0), result.get(1));
    }

    /** One step of Adam and of the moving average, in place on the state, along a gradient [D]. */
    public void update(TrainingState state, NDArray gradient, AdamStep adam) {
        try (NDArray settings = gradient.getManager().create(adam.settings())) {
            program.run(
                            "update",
                            input(state.weights()),
                            input(state.firstMoment()),
                            input(state.secondMoment()),
                            input(state.average()),
                            input(gradient),
                            input(settings))
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
}
