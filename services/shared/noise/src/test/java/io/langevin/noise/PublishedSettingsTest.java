package io.langevin.noise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The settings that the authors published come out of Techniques 2 and 4. */
class PublishedSettingsTest {

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "cifar10, 232, 5, 6.2e-6, 0.05e-6",
        "celeba,  500, 5, 3.3e-6, 0.05e-6",
        "church,  788, 4, 4.9e-6, 0",
        "bedroom, 1086, 3, 1.8e-6, 0.05e-6",
        "tower,   1086, 3, 1.8e-6, 0.05e-6",
        "ffhq,    2311, 3, 9e-7,   0.5e-7"
    })
    void levels_and_step_size_are_the_published_ones(
            String name, int levels, int steps, double epsilon, double halfDigit) {
        PublishedPreset preset = PublishedPreset.named(name);

        // one level in two hundred is what the third digit of C decides
        assertThat(preset.schedule().levels()).isCloseTo(levels, within(Math.max(1, levels / 500)));
        assertThat(preset.stepsPerLevel()).isEqualTo(steps);
        assertThat(preset.epsilon()).isCloseTo(epsilon, within(halfDigit));
    }

    @Test
    void the_published_epsilon_of_church_is_not_technique_4s() {
        PublishedPreset church = PublishedPreset.CHURCH;

        var step = LangevinStepSize.search(church.schedule().ratio(), 0.01, 4);

        assertThat(step.epsilon()).isCloseTo(2.31e-6, within(0.02e-6));
    }

    @Test
    void an_unknown_name_is_answered_with_the_known_ones() {
        assertThatThrownBy(() -> PublishedPreset.named("mnist"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "preset: must be one of [cifar10, celeba, church, bedroom, tower, ffhq],"
                                + " not 'mnist'");
    }

    @Test
    void the_ratio_for_cifar10_at_half_overlap() {
        double ratio = GeometricRatio.solve(3072, 0.5);

        assertThat(ratio).isCloseTo(1.03979642, within(5e-9));
        assertThat(NoiseSchedule.forData(50, 0.01, 3072, 0.5).levels()).isEqualTo(219);
    }

    @Test
    void the_best_variance_ratio_for_cifar10_is_not_quite_one() {
        double ratio = NoiseSchedule.geometric(50, 0.01, 232).ratio();

        var step = LangevinStepSize.search(ratio, 0.01, 5);

        assertThat(step.epsilon()).isCloseTo(6.18e-6, within(5e-9));
        assertThat(step.varianceRatio()).isCloseTo(1.055, within(5e-4));
    }

    @Test
    void the_overlap_of_a_scale_with_itself_is_three_sigma() {
        assertThat(GeometricRatio.overlap(3072, 1)).isCloseTo(0.9973002039367398, within(1e-14));
    }

    @Test
    void impossible_overlaps_and_dimensions_are_refused() {
        assertThatThrownBy(() -> GeometricRatio.solve(3072, 1.0)).hasMessageContaining("overlap");
        assertThatThrownBy(() -> GeometricRatio.solve(3072, Double.NaN))
                .hasMessageContaining("not NaN");
        assertThatThrownBy(() -> GeometricRatio.solve(4, 0.5)).hasMessageContaining("dimension");
    }
}
