package io.langevin.score;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import io.langevin.noise.NoiseSchedule;
import io.langevin.score.CompiledNetwork.Precision;
import io.langevin.score.torch.ComputeDevice;
import io.langevin.trajectory.ImageNoise;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PrecisionTest {
    private static final Path BUNDLED = Path.of("../../local/bundled/models/fashion.safetensors");
    private static final int COUNT = 8;

    /**
     * 8 bits of mantissa through some 40 convolutions: percents, not more, at every noise scale.
     */
    @ParameterizedTest
    @ValueSource(floats = {0.01f, 0.3f, 10})
    void in_bfloat16_a_trained_score_is_near(float sigma) throws Exception {
        Checkpoint checkpoint = Checkpoint.parse(Files.readAllBytes(BUNDLED));
        float[] x = new float[COUNT * checkpoint.architecture().dimension()];
        ImageNoise.seeded(1).normal(x);
        for (int k = 0; k < x.length; k++) {
            x[k] = 0.3f + sigma * x[k];
        }
        float[] exact = evaluated(checkpoint, x, Precision.FLOAT32);
        float[] rounded = evaluated(checkpoint, x, Precision.BFLOAT16);

        double error = 0;
        double size = 0;
        for (int k = 0; k < x.length; k++) {
            error += Math.pow(rounded[k] - exact[k], 2);
            size += Math.pow(exact[k], 2);
        }
        assertThat(Math.sqrt(error / size)).isBetween(1e-4, 0.05);
    }

    /** Losses and gradients are rounded, weights are not: it learns as far. */
    @Test
    void in_bfloat16_a_training_learns_as_in_float32() {
        double[] exact = losses(Precision.FLOAT32);
        double[] rounded = losses(Precision.BFLOAT16);

        assertThat(rounded[0]).isNotEqualTo(exact[0]).isCloseTo(exact[0], withinPercentage(2));
        assertThat(exact[1]).isLessThan(0.8 * exact[0]);
        assertThat(rounded[1]).isCloseTo(exact[1], withinPercentage(10));
    }

    /** Mean losses of the first steps and of the last ones. */
    private static double[] losses(Precision precision) {
        var architecture = new NetworkArchitecture(NetworkArchitecture.Family.BASE, 8, 1, 8);
        var settings =
                new DenoisingScoreMatching.Settings(
                        new LearningRate(2e-3, 0, 0),
                        0.9,
                        0.999,
                        1e-8,
                        new ExponentialMovingAverage(0.9, false),
                        1,
                        precision,
                        Double.POSITIVE_INFINITY);
        float[] images = new float[16 * architecture.dimension()];
        Arrays.fill(images, 0.5f);
        double[] losses = new double[2];
        try (var training =
                new DenoisingScoreMatching(
                        architecture,
                        NoiseSchedule.geometric(1, 0.1, 5),
                        settings,
                        DenoisingScoreMatching.State.initial(architecture, 1),
                        ComputeDevice.CPU)) {
            for (int step = 0; step < 60; step++) {
                double loss = training.step(images);
                losses[0] += step < 5 ? loss / 5 : 0;
                losses[1] += step >= 50 ? loss / 10 : 0;
            }
        }
        return losses;
    }

    private static float[] evaluated(Checkpoint checkpoint, float[] x, Precision precision) {
        float[] f = new float[x.length];
        try (var network = new TorchScoreNetwork(checkpoint, precision, ComputeDevice.CPU)) {
            network.evaluate(x, new float[COUNT], f, COUNT);
        }
        return f;
    }
}
