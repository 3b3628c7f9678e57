package io.langevin.score;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class LearningRateTest {
    @Test
    void rate_grows_stays_and_falls_as_the_root_of_the_steps() {
        var rate = new LearningRate(0.01, 10, 100);

        assertThat(rate.at(1)).isCloseTo(0.001, within(1e-12));
        assertThat(rate.at(10)).isEqualTo(0.01);
        assertThat(rate.at(100)).isEqualTo(0.01);
        assertThat(rate.at(400)).isCloseTo(0.005, within(1e-12));
        assertThat(rate.at(10_000)).isCloseTo(0.001, within(1e-12));
    }

    @Test
    void rate_without_warmup_and_decay_is_constant() {
        var rate = new LearningRate(0.01, 0, 0);

        assertThat(rate.at(1)).isEqualTo(0.01);
        assertThat(rate.at(1_000_000)).isEqualTo(0.01);
    }

    @Test
    void wrong_numbers_name_their_field() {
        assertThatThrownBy(() -> new LearningRate(Double.NaN, 0, 0))
                .hasMessage("learningRate: must be above 0, not NaN");
        assertThatThrownBy(() -> new LearningRate(1, -1, 0))
                .hasMessage("warmupIterations: must be at least 0, not -1.0");
        assertThatThrownBy(() -> new LearningRate(1, 0, -2))
                .hasMessage("decayAfterIterations: must be at least 0, not -2.0");
    }
}
