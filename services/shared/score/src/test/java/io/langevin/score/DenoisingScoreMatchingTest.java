package io.langevin.score;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
        var settings =
                new DenoisingScoreMatching.Settings(
                        new LearningRate(2e-3, 5, 0),
                        0.9,
                        0.999,
                        1e-8,
                        new ExponentialMovingAverage(0.9, true),
                        1);
        return new DenoisingScoreMatching(SMALL, SCHEDULE, settings, from, ComputeDevice.CPU);
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
