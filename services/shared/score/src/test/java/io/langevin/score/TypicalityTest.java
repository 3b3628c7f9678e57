package io.langevin.score;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.langevin.noise.DenoisingErrorsPlan;
import io.langevin.noise.NoiseSchedule;
import io.langevin.trajectory.DenoisingErrors;
import io.langevin.trajectory.ImageNoise;
import io.langevin.trajectory.ScoreNetwork;
import io.langevin.trajectory.TrajectoryBatch;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TypicalityTest {
    private static final NoiseSchedule SCHEDULE = NoiseSchedule.geometric(20, 0.01, 40);
    private static final int D = 64;

    /** f of a standard normal density of images. */
    private static final ScoreNetwork NORMAL =
            new ScoreNetwork() {
                @Override
                public int dimension() {
                    return D;
                }

                @Override
                public void evaluate(float[] x, float[] sigma, float[] f, int count) {
                    for (int k = 0; k < count * D; k++) {
                        float s = sigma[k / D];
                        f[k] = -s * x[k] / (1 + s * s);
                    }
                }
            };

    private static float[] image(Random random, double scale) {
        float[] image = new float[D];
        for (int k = 0; k < D; k++) {
            image[k] = (float) (scale * random.nextGaussian());
        }
        return image;
    }

    @Test
    void the_plan_ends_with_the_image_that_it_begins_with() {
        float[] image = image(new Random(1), 1);
        var errors = new DenoisingErrors(image);
        try (var batch = new TrajectoryBatch<String>(NORMAL, 1)) {
            batch.add("", DenoisingErrorsPlan.of(SCHEDULE), ImageNoise.seeded(3), errors, image);
            var finished = batch.step();
            while (finished.isEmpty()) {
                finished = batch.step();
            }
            assertThat(finished.get(0).pixels()).containsExactly(image);
        }
        assertThat(errors.gathered()).hasSize(11);
        // at x₀ itself f is −σx₀/(1 + σ²); with noise the error's variance is 1/(1 + σ²)
        double squares = 0;
        for (float x : image) {
            squares += x * x / (1.0 * D);
        }
        assertThat(errors.gathered()[0])
                .isCloseTo((float) Math.log(1e-4 * squares), within(0.001f));
        assertThat(errors.gathered()[1]).isCloseTo(0, within(0.6f));
        assertThat(errors.gathered()[10]).isCloseTo((float) -Math.log(1 + 400), within(0.6f));
    }

    @Test
    void typical_images_are_near_and_others_far() {
        var random = new Random(2);
        List<float[]> images = new ArrayList<>();
        for (int i = 0; i < 400; i++) {
            images.add(image(random, 1));
        }
        Typicality typical = Typicality.of(NORMAL, SCHEDULE, images).orElseThrow();

        double near = 0;
        for (int i = 0; i < 100; i++) {
            near += distance(typical, image(random, 1)) / 100;
        }

        assertThat(near).isBetween(7.0, 16.0); // 11 numbers
        assertThat(distance(typical, image(random, 0.3))).isGreaterThan(100);
        assertThat(distance(typical, image(random, 3))).isGreaterThan(100);
    }

    private static double distance(Typicality typical, float[] image) {
        var errors = new DenoisingErrors(image);
        try (var batch = new TrajectoryBatch<String>(NORMAL, 1)) {
            batch.add("", DenoisingErrorsPlan.of(SCHEDULE), Typicality.noise(), errors, image);
            while (batch.size() > 0) {
                batch.step();
            }
        }
        return typical.distance(errors.gathered());
    }

    /** Σ = [[4, 2], [2, 3]]: the inverse is [[3, −2], [−2, 4]]/8. */
    @Test
    void distance_is_that_of_mahalanobis() {
        var random = new Random(5);
        List<float[]> rows = new ArrayList<>();
        for (int i = 0; i < 200_000; i++) {
            double a = random.nextGaussian();
            double b = random.nextGaussian();
            rows.add(new float[] {(float) (1 + 2 * a), (float) (a + Math.sqrt(2) * b)});
        }

        Typicality fitted = Typicality.fitted(rows).orElseThrow();

        assertThat(fitted.distance(new float[] {3, 1})).isCloseTo(1, within(0.03));
        assertThat(fitted.distance(new float[] {1, 2})).isCloseTo(2, within(0.06));
    }

    @Test
    void text_comes_back_and_what_is_none_is_refused() {
        var typical = new Typicality(List.of(1 / 3.0, -2.0), List.of(1e-300, 2.0, 2.0, 3.0));

        assertThat(Typicality.parse(typical.text())).isEqualTo(typical);
        for (String wrong : List.of("", "x", "1 2 3", "1 NaN", "1 ".repeat(100_000))) {
            assertThatThrownBy(() -> Typicality.parse(wrong))
                    .as(wrong.substring(0, Math.min(9, wrong.length())))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("typical: must");
        }
    }

    @Test
    void nothing_is_known_from_too_few_images_or_from_errors_that_are_not_finite() {
        float[] row = {1, 2};
        assertThat(Typicality.fitted(Collections.nCopies(15, row))).isEmpty();
        assertThat(Typicality.fitted(Collections.nCopies(16, row))).isEmpty();
        float[] none = {1, Float.NEGATIVE_INFINITY};
        assertThat(Typicality.fitted(Collections.nCopies(99, none))).isEmpty();
    }
}
