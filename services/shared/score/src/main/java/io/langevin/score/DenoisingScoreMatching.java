package io.langevin.score;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.langevin.noise.NoiseSchedule;
import io.langevin.score.CompiledNetwork.Gradient;
import io.langevin.score.CompiledNetwork.Precision;
import io.langevin.score.torch.ComputeDevice;
import io.langevin.score.torch.TorchModule;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/**
 * Trains a score network by Eq. 2: ½‖σᵢ·s(x̃, σᵢ) + (x̃−x)/σᵢ‖² with x̃ = x + σᵢ·z and i uniform
 * over the levels, by Adam, with a moving average of the weights. Every step draws its levels and
 * noise from the seed and its own number, so a training resumed from a {@link State} goes on
 * exactly as it would have. Owned by one thread.
 */
public final class DenoisingScoreMatching implements AutoCloseable {
    /** Purpose of the generator of noise that held-out images get: no step has this number. */
    private static final long HELD_OUT = -1;

    /** Losses come with gradients, which take memory. */
    private static final int MEASURED_AT_ONCE = 32;

    private static final int PARTS = 8;

    private final NDManager manager;

    private final CompiledNetwork network;
    private final NetworkArchitecture architecture;
    private final NoiseSchedule schedule;
    private final Settings settings;
    private final CompiledNetwork.TrainingState state;
    private final BatchGradients batches;
    private long step;
    private double gradientNorm;

    /**
     * @param rate Adam's step size
     * @param beta1 Adam's β₁
     * @param beta2 Adam's β₂
     * @param epsilon Adam's eps
     * @param average of the weights
     * @param seed of levels and noise
     * @param precision of losses and gradients; weights and moments are float32
     * @param largestNorm that a gradient is shortened to where it is longer; infinite: it never is
     */
    public record Settings(
            LearningRate rate,
            double beta1,
            double beta2,
            double epsilon,
            ExponentialMovingAverage average,
            long seed,
            Precision precision,
            double largestNorm) {
        public Settings {
            require(largestNorm > 0, "gradientClip: must be above 0", largestNorm);
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
            this(
                    rate,
                    beta1,
                    beta2,
                    epsilon,
                    average,
                    seed,
                    Precision.FLOAT32,
                    Double.POSITIVE_INFINITY);
        }

        /** The same with another step size. */
        public Settings withRate(LearningRate other) {
            return new Settings(
                    other, beta1, beta2, epsilon, average, seed, precision, largestNorm);
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

        /** The state before the first step from weights that are there. */
        public static State from(float[] weights) {
            float[] zeros = new float[weights.length];
            return new State(0, weights, zeros, zeros, weights);
        }
    }

    public DenoisingScoreMatching(
            NetworkArchitecture architecture,
            NoiseSchedule schedule,
            Settings settings,
            State from,
            ComputeDevice device) {
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
        this.batches =
                new BatchGradients(network, architecture, schedule, settings.precision, device);
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
            List<Gradient> gradients = batches.of(scratch, state.weights(), images, noise, levels);
            NDArray gradient = gradients.get(0).gradient();
            for (Gradient shard : gradients.subList(1, gradients.size())) {
                gradient.addi(shard.gradient());
            }
            shorten(gradient);
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

    /** Brings a gradient to the largest norm where it is longer (Pascanu et al. 2013). */
    private void shorten(NDArray gradient) {
        try (NDArray norm = gradient.norm()) {
            gradientNorm = norm.getFloat();
        }
        if (gradientNorm > settings.largestNorm) {
            gradient.muli(settings.largestNorm / gradientNorm);
        }
    }

    /** Norm of the gradient of the last step, before it was shortened; 0 before the first step. */
    public double gradientNorm() {
        return gradientNorm;
    }

    /**
     * Mean loss of images by the averaged weights, which are not changed: image i has level i·L/N
     * and noise that depends on the seed alone, so that two states are compared by the same noise.
     *
     * @param images N·D numbers, 0 to 1, N at most 1,024
     */
    public HeldOutLoss loss(float[] images) {
        TorchModule.useThisThread();
        int count = images.length / architecture.dimension();
        RandomGenerator random = generator(settings.seed, HELD_OUT);
        long[] levels = new long[count];
        for (int i = 0; i < count; i++) {
            levels[i] = (long) i * schedule.levels() / count;
        }
        float[] noise = new float[images.length];
        for (int k = 0; k < noise.length; k++) {
            noise[k] = (float) random.nextGaussian();
        }
        double sum = 0;
        List<Double> byNoise = new ArrayList<>();
        int parts = Math.min(PARTS, count);
        for (int part = 0; part < parts; part++) {
            int from = part * count / parts;
            int to = (part + 1) * count / parts;
            double ofPart = losses(images, noise, levels, from, to);
            byNoise.add(ofPart / (to - from));
            sum += ofPart;
        }
        return new HeldOutLoss(sum / count, byNoise);
    }

    private double losses(float[] images, float[] noise, long[] levels, int first, int end) {
        double sum = 0;
        int dimension = architecture.dimension();
        for (int from = first; from < end; from += MEASURED_AT_ONCE) {
            int to = Math.min(end, from + MEASURED_AT_ONCE);
            sum +=
                    losses(
                            Arrays.copyOfRange(images, from * dimension, to * dimension),
                            Arrays.copyOfRange(noise, from * dimension, to * dimension),
                            Arrays.copyOfRange(levels, from, to));
        }
        return sum;
    }

    private double losses(float[] images, float[] noise, long[] levels) {
        try (NDManager scratch = manager.newSubManager()) {
            double sum = 0;
            for (Gradient shard : batches.of(scratch, state.average(), images, noise, levels)) {
                for (float loss : shard.losses().toFloatArray()) {
                    sum += loss;
                }
            }
            return sum;
        }
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
