package io.langevin.score;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.withinPercentage;

import io.langevin.noise.NoiseSchedule;
import io.langevin.score.torch.ComputeDevice;
import java.util.Random;
import org.junit.jupiter.api.Test;

class DenoisingScoreMatchingTest {
    private static final NetworkArchitecture SMALL =
            new NetworkArchitecture(NetworkArchitecture.Family.BASE, 4, 1, 8);
    private static final NoiseSchedule SCHEDULE = NoiseSchedule.geometric(5, 0.05, 10);

    @Test
    void a_training_resumed_goes_on_exactly_as_it_would_have() {
        float[] images = images();
        DenoisingScoreMatching.State straight;
        DenoisingScoreMatching.State half;
        try (var training = training(DenoisingScoreMatching.State.initial(SMALL, 1))) {
            steps(training, images, 3);
            half = training.state();
            steps(training, images, 3);
            straight = training.state();
        }
        try (var resumed = training(half)) {
            steps(resumed, images, 3);
            assertThat(resumed.state()).usingRecursiveComparison().isEqualTo(straight);
        }
    }

    @Test
    void the_loss_falls() {
        float[] images = images();
        try (var training = training(DenoisingScoreMatching.State.initial(SMALL, 1))) {
            double first = steps(training, images, 20);
            steps(training, images, 150);
            assertThat(steps(training, images, 20)).isLessThan(0.6 * first);
        }
    }

    /** Adam's first moment behind the first step is (1 − β₁) times the gradient. */
    @Test
    void a_gradient_is_shortened_to_the_largest_norm_and_no_shorter() {
        float[] images = images();
        var start = DenoisingScoreMatching.State.initial(SMALL, 1);
        double norm;
        try (var training = training(start)) {
            training.step(images);
            norm = training.gradientNorm();
            assertThat(length(training.state().firstMoment()))
                    .isCloseTo(0.1 * norm, withinPercentage(0.01));
        }
        for (double most : new double[] {norm / 4, 2 * norm}) {
            try (var training =
                    new DenoisingScoreMatching(
                            SMALL, SCHEDULE, settings(most), start, ComputeDevice.CPU)) {
                training.step(images);
                assertThat(training.gradientNorm()).isEqualTo(norm);
                assertThat(length(training.state().firstMoment()))
                        .isCloseTo(0.1 * Math.min(norm, most), withinPercentage(0.01));
            }
        }
    }

    private static double length(float[] vector) {
        double squares = 0;
        for (float value : vector) {
            squares += value * value;
        }
        return Math.sqrt(squares);
    }

    @Test
    void the_loss_of_images_is_the_same_when_asked_twice_and_changes_nothing() {
        float[] images = images();
        try (var training = training(DenoisingScoreMatching.State.initial(SMALL, 1))) {
            HeldOutLoss before = training.loss(images);
            assertThat(training.loss(images)).isEqualTo(before);
            double mean = before.byNoise().stream().mapToDouble(d -> d).average().orElseThrow();
            assertThat(mean).isCloseTo(before.mean(), withinPercentage(0.0001));
            training.step(images);
            float[] weights = training.state().weights();
            steps(training, images, 150);
            assertThat(training.loss(images).mean()).isLessThan(0.6 * before.mean());
            try (var undisturbed = training(DenoisingScoreMatching.State.initial(SMALL, 1))) {
                undisturbed.step(images);
                assertThat(undisturbed.state().weights()).isEqualTo(weights);
            }
        }
    }

    @Test
    void the_average_starts_short_with_a_ramp() {
        var average = new ExponentialMovingAverage(0.999, true);
        assertThat(average.decayAt(1)).isEqualTo(2.0 / 11);
        assertThat(average.decayAt(1_000_000)).isEqualTo(0.999);
        assertThat(new ExponentialMovingAverage(0.9, false).decayAt(1)).isEqualTo(0.9);
        assertThatThrownBy(() -> new ExponentialMovingAverage(1, false))
                .hasMessageContaining("emaDecay");
    }

    private static DenoisingScoreMatching training(DenoisingScoreMatching.State from) {
        return new DenoisingScoreMatching(
                SMALL, SCHEDULE, settings(Double.POSITIVE_INFINITY), from, ComputeDevice.CPU);
    }

    private static DenoisingScoreMatching.Settings settings(double largestNorm) {
        return new DenoisingScoreMatching.Settings(
                new LearningRate(2e-3, 5, 0),
                0.9,
                0.999,
                1e-8,
                new ExponentialMovingAverage(0.9, true),
                1,
                CompiledNetwork.Precision.FLOAT32,
                largestNorm);
    }

    private static double steps(DenoisingScoreMatching training, float[] images, int count) {
        double sum = 0;
        for (int i = 0; i < count; i++) {
            sum += training.step(images);
        }
        return sum / count;
    }

    private static float[] images() {
        float[] images = new float[16 * 64];
        var random = new Random(2);
        for (int k = 0; k < images.length; k++) {
            images[k] = random.nextFloat();
        }
        return images;
    }
}
