package io.langevin.score;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.langevin.noise.NoiseSchedule;
import io.langevin.score.CompiledNetwork.Gradient;
import io.langevin.score.CompiledNetwork.Precision;
import io.langevin.score.torch.CallSize;
import io.langevin.score.torch.ComputeDevice;
import io.langevin.score.torch.TorchModule;
import io.langevin.score.torch.TorchThreads;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/**
 * Trains a score network by Eq. 2: ½‖σᵢ·s(x̃, σᵢ) + (x̃−x)/σᵢ‖² with x̃ = x + σᵢ·z and i uniform
 * over the levels, by Adam, with a moving average of the weights. Every step draws its levels and
 * noise from the seed and its own number, so a training resumed from a {@link State} goes on
 * exactly as it would have. Owned by one thread.
 */
public final class DenoisingScoreMatching implements AutoCloseable {
    /** Images whose gradient one thread computes at once; the sum does not depend on threads. */
    private static final int SHARD = 16;

    private final ComputeDevice device;
    private final NDManager manager;

    /** Of a device that shares out calls by itself, once the size of a batch is known. */
    private CallSize wholeCall;

    private final CompiledNetwork network;
    private final NetworkArchitecture architecture;
    private final NoiseSchedule schedule;
    private final Settings settings;
    private final CompiledNetwork.TrainingState state;
    private long step;

    /**
     * @param rate Adam's step size
     * @param beta1 Adam's β₁
     * @param beta2 Adam's β₂
     * @param epsilon Adam's eps
     * @param average of the weights
     * @param seed of levels and noise
     * @param precision of losses and gradients; weights and moments are float32
     */
    public record Settings(
            LearningRate rate,
            double beta1,
            double beta2,
            double epsilon,
            ExponentialMovingAverage average,
            long seed,
            Precision precision) {
        public Settings {
            require(beta1 >= 0 && beta1 < 1, "beta1: must be from 0 to below 1", beta1);
            require(beta2 >= 0 && beta2 < 1, "beta2: must be from 0 to below 1", beta2);
            require(epsilon > 0 && epsilon < 1, "adamEpsilon: must be above 0, below 1", epsilon);
        }

        /** In float32. */
        public Settings(
                LearningRate rate,
                double beta1,
                double beta2,
                double epsilon,
                ExponentialMovingAverage average,
                long seed) {
            this(rate, beta1, beta2, epsilon, average, seed, Precision.FLOAT32);
        }

        private static void require(boolean holds, String rule, double value) {
            if (!holds) {
                throw new IllegalArgumentException("%s, not %s".formatted(rule, value));
            }
        }
    }

    /**
     * All that a training needs to go on: flat vectors in the layout of the network.
     *
     * @param step optimiser steps done
     */
    public record State(
            long step,
            float[] weights,
            float[] firstMoment,
            float[] secondMoment,
            float[] average) {

        /** The state before the first step. */
        public static State initial(NetworkArchitecture architecture, long seed) {
            ParameterLayout layout = ParameterLayout.of(architecture);
            float[] weights = InitialWeights.of(layout, generator(seed, 0));
            float[] zeros = new float[layout.size()];
            return new State(0, weights, zeros, zeros, weights);
        }
    }

    public DenoisingScoreMatching(
            NetworkArchitecture architecture,
            NoiseSchedule schedule,
            Settings settings,
            State from,
            ComputeDevice device) {
        this.device = device;
        this.architecture = architecture;
        this.schedule = schedule;
        this.settings = settings;
        this.manager = TorchModule.newManager(device);
        this.network = CompiledNetwork.load(manager, architecture);
        this.state =
                new CompiledNetwork.TrainingState(
                        owned(from.weights),
                        owned(from.firstMoment),
                        owned(from.secondMoment),
                        owned(from.average));
        this.step = from.step;
    }

    /**
     * Copies into PyTorch's own, aligned memory: it is changed in place and outlives any buffer.
     */
    private NDArray owned(float[] values) {
        try (NDArray buffer = manager.create(values)) {
            return buffer.duplicate();
        }
    }

    /**
     * One optimiser step.
     *
     * @param images B·D numbers, 0 to 1
     * @return mean loss of the batch before the step
     */
    public double step(float[] images) {
        TorchModule.useThisThread();
        step++;
        int batch = images.length / architecture.dimension();
        RandomGenerator random = generator(settings.seed, step);
        long[] levels = new long[batch];
        for (int i = 0; i < batch; i++) {
            levels[i] = random.nextInt(schedule.levels());
        }
        float[] noise = new float[images.length];
        for (int k = 0; k < noise.length; k++) {
            noise[k] = (float) random.nextGaussian();
        }
        try (NDManager scratch = manager.newSubManager()) {
            List<Gradient> gradients = gradients(scratch, images, noise, levels);
            NDArray gradient = gradients.get(0).gradient();
            for (Gradient shard : gradients.subList(1, gradients.size())) {
                gradient.addi(shard.gradient());
            }
            network.update(state, gradient, update());
            double sum = 0;
            for (Gradient shard : gradients) {
                for (float loss : shard.losses().toFloatArray()) {
                    sum += loss;
                }
            }
            return sum / batch;
        }
    }

    /**
     * Those of shards of the batch, computed on threads; on a device that shares out calls by
     * itself of as large ones as its memory takes.
     */
    private List<Gradient> gradients(
            NDManager scratch, float[] images, float[] noise, long[] levels) {
        if (!device.takesWholeCalls()) {
            return TorchThreads.runAll(shards(scratch, images, noise, levels, SHARD));
        }
        if (wholeCall == null) {
            wholeCall = new CallSize(levels.length, 1);
        }
        return wholeCall.fitting(
                each ->
                        shards(scratch, images, noise, levels, each).stream()
                                .map(Supplier::get)
                                .toList());
    }

    private List<Supplier<Gradient>> shards(
            NDManager scratch, float[] images, float[] noise, long[] levels, int each) {
        List<Supplier<Gradient>> shards = new ArrayList<>();
        for (int from = 0; from < levels.length; from += each) {
            int first = from;
            int end = Math.min(levels.length, from + each);
            shards.add(() -> gradient(scratch, images, noise, levels, first, end));
        }
        return shards;
    }

    /** The share that the images from {@code first} to before {@code end} have of the batch's. */
    private Gradient gradient(
            NDManager scratch, float[] images, float[] noise, long[] levels, int first, int end) {
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
                state.weights(),
                scratch.create(Arrays.copyOfRange(images, from, to), shape),
                scratch.create(Arrays.copyOfRange(noise, from, to), shape),
                scratch.create(sigmas, new Shape(count, 1, 1, 1)),
                scratch.create(Arrays.copyOfRange(levels, first, end)),
                scratch.create(new float[] {1f / levels.length}),
                settings.precision);
    }

    private CompiledNetwork.AdamStep update() {
        return new CompiledNetwork.AdamStep(
                step,
                settings.rate.at(step),
                settings.beta1,
                settings.beta2,
                settings.epsilon,
                settings.average.decayAt(step));
    }

    /** A copy of where training stands. */
    public State state() {
        return new State(
                step,
                state.weights().toFloatArray(),
                state.firstMoment().toFloatArray(),
                state.secondMoment().toFloatArray(),
                state.average().toFloatArray());
    }

    /**
     * A generator for one purpose: levels and noise of a step, or the first weights (purpose 0).
     */
    private static RandomGenerator generator(long seed, long purpose) {
        return RandomGeneratorFactory.of("L64X128MixRandom")
                .create(seed * 0x9E3779B97F4A7C15L + purpose);
    }

    @Override
    public void close() {
        network.close();
        manager.close();
    }
}
