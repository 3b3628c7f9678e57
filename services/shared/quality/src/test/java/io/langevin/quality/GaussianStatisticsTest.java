package io.langevin.quality;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class GaussianStatisticsTest {
    @Test
    void four_points_by_hand() {
        var statistics = GaussianStatistics.of(Vectors.plane(0, 0, 2, 0, 0, 4, 2, 4));

        assertThat(statistics.mean()).containsExactly(1, 2);
        assertThat(statistics.covariance())
                .containsExactly(new double[] {4.0 / 3, 0, 0, 16.0 / 3}, within(1e-15));
    }

    /** More than two parts of 512, and means that would cost a sum of squares six digits. */
    @Test
    void agrees_with_two_passes_over_everything() {
        Features features = Vectors.normal(1300, 5, 1000, 3);

        var statistics = GaussianStatistics.of(features);

        double[] mean = new double[5];
        for (int i = 0; i < 1300; i++) {
            for (int k = 0; k < 5; k++) {
                mean[k] += features.values()[i * 5 + k] / 1300.0;
            }
        }
        double[] covariance = new double[25];
        for (int i = 0; i < 1300; i++) {
            for (int k = 0; k < 5; k++) {
                for (int l = 0; l < 5; l++) {
                    double a = features.values()[i * 5 + k] - mean[k];
                    double b = features.values()[i * 5 + l] - mean[l];
                    covariance[k * 5 + l] += a * b / 1299;
                }
            }
        }
        assertThat(statistics.mean()).containsExactly(mean, within(1e-9));
        assertThat(statistics.covariance()).containsExactly(covariance, within(1e-10));
    }

    @Test
    void parts_add_up_to_the_whole() {
        Features features = Vectors.normal(100, 4, 2, 5);
        var sums = new GaussianStatistics.Accumulator(4);

        sums.add(new Features(4, Arrays.copyOfRange(features.values(), 0, 4)));
        sums.add(new Features(4, Arrays.copyOfRange(features.values(), 4, 120)));
        sums.add(new Features(4, Arrays.copyOfRange(features.values(), 120, 400)));

        var whole = GaussianStatistics.of(features);
        assertThat(sums.statistics().mean()).containsExactly(whole.mean(), within(1e-13));
        assertThat(sums.statistics().covariance())
                .containsExactly(whole.covariance(), within(1e-13));
    }

    @Test
    void one_vector_has_no_covariance() {
        assertThatThrownBy(() -> GaussianStatistics.of(Vectors.plane(1, 2)))
                .hasMessage("features: must hold at least 2 vectors, not 1");
        assertThatThrownBy(
                        () -> new GaussianStatistics.Accumulator(3).add(Vectors.plane(1, 2, 3, 4)))
                .hasMessage("features: must have the dimension 3, not 2");
        assertThatThrownBy(() -> new GaussianStatistics(new double[2], new double[3]))
                .hasMessage("covariance: must hold 2·2 numbers, not 3");
    }
}
