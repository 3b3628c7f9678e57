package io.langevin.noise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class InitialNoiseScaleTest {

    @Property(tries = 300)
    void finds_the_pair_that_brute_force_finds(
            @ForAll @IntRange(min = 2, max = 120) int n,
            @ForAll @IntRange(min = 1, max = 70) int dimension,
            @ForAll @IntRange(min = 0, max = 3) int shape,
            @ForAll long seed) {
        float[] points = points(n, dimension, shape, seed);

        InitialNoiseScale found = InitialNoiseScale.of(points, dimension);

        assertThat(found.maximumDistance()).isEqualTo(bruteForce(points, dimension));
        assertThat(PointCloud.distance(points, found.first(), found.second(), dimension))
                .isEqualTo(found.maximumDistance());
    }

    @Test
    void identical_points_are_at_distance_zero() {
        assertThat(InitialNoiseScale.of(new float[30], 3).maximumDistance()).isZero();
    }

    @Test
    void one_point_and_infinite_points_are_refused() {
        assertThatThrownBy(() -> InitialNoiseScale.of(new float[3], 3))
                .hasMessageContaining("at least 2 points of 3 coordinates");
        assertThatThrownBy(() -> InitialNoiseScale.of(new float[] {1, Float.NaN}, 1))
                .hasMessageContaining("finite");
    }

    @Test
    void the_median_distance_of_a_line_is_known() {
        float[] line = new float[1_001];
        for (int i = 0; i < line.length; i++) {
            line[i] = i / 1_000f;
        }
        assertThat(InitialNoiseScale.medianDistance(line, 1, 100_000, 7))
                .isBetween(0.285, 0.301); // 1 − √½ = 0.2929
    }

    /** Clouds, clusters, images of 8-bit pixels, and points on few directions. */
    private static float[] points(int n, int dimension, int shape, long seed) {
        var random = new SplittableRandom(seed);
        float[] points = new float[n * dimension];
        for (int i = 0; i < n; i++) {
            double stretch = random.nextDouble();
            for (int k = 0; k < dimension; k++) {
                points[i * dimension + k] =
                        switch (shape) {
                            case 0 -> (float) random.nextDouble();
                            case 1 -> (float) ((i % 3) * 10 + random.nextDouble());
                            case 2 -> random.nextInt(256) / 255f;
                            default -> (float) (stretch * Math.sin(k) + i % 2);
                        };
            }
        }
        return points;
    }

    private static double bruteForce(float[] points, int dimension) {
        double longest = 0;
        for (int i = 0; i < points.length / dimension; i++) {
            for (int j = 0; j < i; j++) {
                longest = Math.max(longest, PointCloud.distance(points, i, j, dimension));
            }
        }
        return longest;
    }
}
