package io.langevin.noise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class AnnealedLangevinTest {
    private static final NoiseSchedule SCHEDULE = NoiseSchedule.geometric(5, 0.5, 10);

    @Test
    void rows_are_those_of_algorithm_1() {
        SamplingPlan plan = AnnealedLangevin.plan(SCHEDULE, 3, 0.02, true);

        assertThat(plan.networkEvaluations()).isEqualTo(31);
        double alpha = 0.02 * 25 / 0.25;
        assertThat(plan.row(0))
                .isEqualTo(new SamplingPlan.Row(5, 1, alpha / 5, Math.sqrt(2 * alpha)));
        assertThat(plan.row(29).sigma()).isEqualTo(0.5);
        assertThat(plan.row(30)).isEqualTo(new SamplingPlan.Row(0.5, 1, 0.5, 0));
        assertThat(AnnealedLangevin.plan(SCHEDULE, 3, 0.02, false).networkEvaluations())
                .isEqualTo(30);
    }

    /** N(0, 1) blurred by σ has score −x/(1+σ²): the sampler needs no trained network here. */
    @Test
    void recovers_the_variance_of_a_gaussian() {
        SamplingPlan plan = AnnealedLangevin.plan(SCHEDULE, 100, 0.02, true);
        long seed = 7;
        var random = new Random(seed);
        double sum = 0;
        int n = 20_000;
        for (int i = 0; i < n; i++) {
            double x = 0;
            for (SamplingPlan.Row row : plan.rows()) {
                double f = -row.sigma() * x / (1 + row.sigma() * row.sigma());
                x = row.a() * x + row.b() * f + row.c() * random.nextGaussian();
            }
            sum += x * x;
        }
        // stationary 1.25/(1 − ε/(2·1.25)) = 1.26, then x·(1 − 0.25/1.25) once: 0.8064
        assertThat(sum / n).as("seed %d", seed).isCloseTo(0.8064, within(0.03));
    }

    @Test
    void bad_parameters_name_the_field_the_rule_and_the_value() {
        assertThatThrownBy(() -> AnnealedLangevin.plan(SCHEDULE, 0, 0.02, true))
                .hasMessageContaining("stepsPerLevel")
                .hasMessageContaining("not 0");
        assertThatThrownBy(() -> AnnealedLangevin.plan(SCHEDULE, 1, Double.NaN, true))
                .hasMessageContaining("epsilon")
                .hasMessageContaining("NaN");
        assertThatThrownBy(() -> AnnealedLangevin.plan(SCHEDULE, 1, 0.5, true))
                .hasMessageContaining("below 2·σ_L² = 0.5");
        assertThatThrownBy(() -> new NoiseSchedule(java.util.List.of(1.0, 1.0)))
                .hasMessageContaining("falling");
        assertThatThrownBy(() -> NoiseSchedule.geometric(1, 0.01, 2_000_000))
                .hasMessageContaining("at most 10000, not 2000000");
    }
}
