package io.langevin.quality;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.ejml.dense.row.RandomMatrices_DDRM;
import org.junit.jupiter.api.Test;

class FrechetDistanceTest {
    /** (μ₁−μ₂)² + (s₁−s₂)². */
    @Test
    void one_dimension_has_a_formula() {
        assertThat(FrechetDistance.between(normal(1, 2), normal(-3, 5)))
                .isCloseTo(16 + 9, within(1e-12));
        assertThat(FrechetDistance.between(normal(1, 0), normal(1, 5)))
                .isCloseTo(25, within(1e-12));
    }

    /** Commuting covariances: ‖μ₁−μ₂‖² + Σ (√λ₁ − √λ₂)², whatever basis both are written in. */
    @Property(tries = 100)
    void commuting_covariances_have_a_formula(
            @ForAll @IntRange(min = 1, max = 40) int d, @ForAll long seed) {
        var random = new Random(seed);
        double[] first = random.doubles(d, 0, 9).toArray();
        double[] second = random.doubles(d, 0, 9).toArray();
        first[0] = 0; // and singular
        double[] firstMean = random.doubles(d).toArray();
        double[] secondMean = random.doubles(d).toArray();
        double expected = 0;
        for (int k = 0; k < d; k++) {
            expected += Math.pow(firstMean[k] - secondMean[k], 2);
            expected += Math.pow(Math.sqrt(first[k]) - Math.sqrt(second[k]), 2);
        }

        DMatrixRMaj rotation = RandomMatrices_DDRM.orthogonal(d, d, random);
        double rotated =
                FrechetDistance.between(
                        new GaussianStatistics(firstMean, rotated(first, rotation)),
                        new GaussianStatistics(secondMean, rotated(second, rotation)));
        double diagonal =
                FrechetDistance.between(
                        new GaussianStatistics(firstMean, diagonal(first)),
                        new GaussianStatistics(secondMean, diagonal(second)));

        assertThat(rotated).isCloseTo(expected, within(1e-6));
        assertThat(diagonal).isCloseTo(expected, within(1e-6));
    }

    /** For 2×2: tr M^½ = √(tr M + 2·√det M), with M = C₁C₂. */
    @Test
    void covariances_that_do_not_commute_have_a_formula_in_the_plane() {
        double[] a = {4, 1, 1, 2};
        double[] b = {3, -2, -2, 5};
        double trace = 4 * 3 + 1 * -2 + 1 * -2 + 2 * 5;
        double determinant = (4 * 2 - 1) * (3 * 5 - 4);

        double distance =
                FrechetDistance.between(
                        new GaussianStatistics(new double[2], a),
                        new GaussianStatistics(new double[2], b));

        double root = Math.sqrt(trace + 2 * Math.sqrt(determinant));
        assertThat(distance).isCloseTo(6 + 8 - 2 * root, within(1e-12));
    }

    /** By products of vectors where these are few, else by covariances: the same distance. */
    @Property(tries = 100)
    void a_sample_and_its_parts_are_as_far_as_their_statistics(
            @ForAll @IntRange(min = 4, max = 60) int count,
            @ForAll @IntRange(min = 1, max = 40) int d,
            @ForAll long seed) {
        var distance = new FrechetDistance(GaussianStatistics.of(Vectors.normal(50, d, 100, seed)));
        Features features = Vectors.normal(count, d, 101, seed + 1);
        int[] part = IntStream.range(0, count).filter(i -> i % 3 != 1).toArray();

        MeasuredSample sample = new MeasuredSample(distance, features);

        assertThat(sample.whole())
                .isCloseTo(distance.to(GaussianStatistics.of(features)), within(1e-6));
        assertThat(sample.part(part))
                .isCloseTo(distance.to(GaussianStatistics.of(features.rows(part))), within(1e-6));
    }

    /** Products of so many vectors would not fit into the memory, nor into an array. */
    @Test
    void a_sample_may_have_many_vectors() {
        Features many = Vectors.normal(50_000, 2, 0, 7);
        var distance = new FrechetDistance(GaussianStatistics.of(Vectors.normal(50, 2, 1, 8)));

        assertThat(new MeasuredSample(distance, many).whole())
                .isEqualTo(distance.to(GaussianStatistics.of(many)));
    }

    /** Fewer vectors than dimensions too: the covariances are singular. */
    @Property(tries = 100)
    void it_is_symmetric_and_0_between_equals(
            @ForAll @IntRange(min = 2, max = 60) int count,
            @ForAll @IntRange(min = 1, max = 40) int d,
            @ForAll long seed) {
        var a = GaussianStatistics.of(Vectors.normal(count, d, 0, seed));
        var b = GaussianStatistics.of(Vectors.normal(count + 3, d, 0.5, seed + 1));

        double there = FrechetDistance.between(a, b);

        assertThat(there).isCloseTo(FrechetDistance.between(b, a), within(1e-5));
        assertThat(there).isPositive();
        assertThat(FrechetDistance.between(a, a)).isCloseTo(0, within(1e-6));
    }

    @Test
    void all_images_equal_on_both_sides_are_at_the_distance_of_their_means() {
        var a = GaussianStatistics.of(Vectors.plane(1, 1, 1, 1));
        var b = GaussianStatistics.of(Vectors.plane(4, 5, 4, 5));

        assertThat(FrechetDistance.between(a, b)).isEqualTo(25);
    }

    @Test
    void dimensions_must_agree() {
        assertThatThrownBy(
                        () ->
                                FrechetDistance.between(
                                        normal(0, 1),
                                        GaussianStatistics.of(Vectors.plane(1, 2, 3, 4))))
                .hasMessage("dimension: must be the same on both sides, not 1 and 2");
    }

    private static GaussianStatistics normal(double mean, double deviation) {
        return new GaussianStatistics(new double[] {mean}, new double[] {deviation * deviation});
    }

    private static double[] diagonal(double[] values) {
        return CommonOps_DDRM.diag(values).getData();
    }

    private static double[] rotated(double[] values, DMatrixRMaj rotation) {
        var half = new DMatrixRMaj(values.length, values.length);
        CommonOps_DDRM.mult(rotation, CommonOps_DDRM.diag(values), half);
        var whole = new DMatrixRMaj(values.length, values.length);
        CommonOps_DDRM.multTransB(half, rotation, whole);
        return whole.getData();
    }
}
