package io.langevin.noise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class PublishedPresetTest {
    @Test
    void is_found_by_its_name() {
        PublishedPreset cifar = PublishedPreset.named("cifar10");

        assertThat(cifar.pixels()).isEqualTo(32);
        assertThat(cifar.schedule()).isEqualTo(NoiseSchedule.geometric(50, 0.01, 232));
        assertThat(cifar.stepsPerLevel()).isEqualTo(5);
        assertThat(cifar.epsilon()).isEqualTo(6.2e-6);
    }

    @Test
    void an_unknown_name_is_answered_with_the_known_ones() {
        assertThatThrownBy(() -> PublishedPreset.named("mnist"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "preset: must be one of [cifar10, celeba, church, bedroom, ffhq], not"
                                + " 'mnist'");
    }
}
