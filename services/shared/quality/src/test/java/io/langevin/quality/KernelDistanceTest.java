package io.langevin.quality;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class KernelDistanceTest {
    @Property(tries = 50)
    void agrees_with_brute_force(
            @ForAll @IntRange(min = 2, max = 150) int m,
            @ForAll @IntRange(min = 2, max = 150) int n,
            @ForAll @IntRange(min = 1, max = 20) int d,
            @ForAll long seed) {
        Features a = Vectors.normal(m, d, 0, seed);
        Features b = Vectors.normal(n, d, 0.3, seed + 1);

        double expected =
                sum(a, a, true) / (m * (m - 1.0))
                        + sum(b, b, true) / (n * (n - 1.0))
                        - 2 * sum(a, b, false) / (m * (double) n);

        assertThat(KernelDistance.unbiased(a, b)).isCloseTo(expected, within(1e-9));
    }

    @Test
    void subsets_that_are_everything_are_the_whole() {
        Features a = Vectors.normal(40, 6, 0, 1);
        Features b = Vectors.normal(40, 6, 0.5, 2);

        KernelDistance distance = KernelDistance.between(a, b, 3, 40, 9);

        assertThat(distance.value()).isCloseTo(KernelDistance.unbiased(a, b), within(1e-12));
        assertThat(distance.standardError()).isZero();
    }

    /** The mean over many pairs of sets; without the correction of bias it would be about 0.4. */
    @Test
    void is_0_on_average_between_equal_distributions() {
        double sum = 0;
        double squares = 0;
        for (int i = 0; i < 400; i++) {
            double value =
                    KernelDistance.unbiased(
                            Vectors.normal(50, 8, 0, 1000 + i), Vectors.normal(50, 8, 0, 9000 + i));
            sum += value;
            squares += value * value;
        }
        double error = Math.sqrt(squares) / 400;
        assertThat(sum / 400).as("seeds 1000 and 9000").isCloseTo(0, within(4 * error));
        assertThat(error).isLessThan(0.01);
    }

    @Test
    void is_many_errors_above_0_between_different_distributions() {
        KernelDistance distance =
                KernelDistance.between(
                        Vectors.normal(600, 8, 0, 1), Vectors.normal(400, 8, 0.5, 2), 7);

        assertThat(distance.value()).isGreaterThan(5 * distance.standardError());
        assertThat(distance.standardError()).isPositive();
    }

    /** The error that one pair of sets reports is about the deviation over many pairs. */
    @Test
    void the_standard_error_is_that_of_new_images() {
        double sum = 0;
        double squares = 0;
        double reported = 0;
        int rounds = 60;
        for (int i = 0; i < rounds; i++) {
            KernelDistance distance =
                    KernelDistance.between(
                            Vectors.normal(100, 4, 0, 100 + i),
                            Vectors.normal(100, 4, 0.7, 500 + i),
                            i);
            sum += distance.value();
            squares += distance.value() * distance.value();
            reported += distance.standardError() / rounds;
        }
        double mean = sum / rounds;
        double deviation = Math.sqrt(squares / rounds - mean * mean);

        assertThat(reported).isBetween(0.7 * deviation, 1.5 * deviation);
    }

    @Test
    void the_seed_decides() {
        Features a = Vectors.normal(60, 4, 0, 1);
        Features b = Vectors.normal(60, 4, 0.2, 2);

        assertThat(KernelDistance.between(a, b, 5)).isEqualTo(KernelDistance.between(a, b, 5));
        assertThat(KernelDistance.between(a, b, 5)).isNotEqualTo(KernelDistance.between(a, b, 6));
    }

    @Test
    void bad_parameters_name_the_field_the_rule_and_the_value() {
        Features few = Vectors.normal(3, 2, 0, 1);

        assertThatThrownBy(() -> KernelDistance.between(few, few, 1, 4, 1))
                .hasMessage("subsetSize: must be from 2 to the smaller side's 3 vectors, not 4");
        assertThatThrownBy(() -> KernelDistance.between(few, few, 0, 2, 1))
                .hasMessage("subsets: must be at least 1, not 0");
        assertThatThrownBy(() -> KernelDistance.between(few, Vectors.normal(3, 5, 0, 1), 1))
                .hasMessage("dimension: must be the same on both sides, not 2 and 5");
    }

    private static double sum(Features a, Features b, boolean others) {
        double sum = 0;
        for (int i = 0; i < a.count(); i++) {
            for (int j = 0; j < b.count(); j++) {
                if (!others || i != j) {
                    sum += Math.pow(Vectors.product(a, i, b, j) / a.dimension() + 1, 3);
                }
            }
        }
        return sum;
    }
}
