package io.langevin.sampling.samplers;

import static io.langevin.sampling.SamplingFixture.checkpoint;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.langevin.messaging.rules.RejectedException;
import io.langevin.noise.PlanShape;
import io.langevin.noise.SamplingPlan;
import io.langevin.records.SamplerKind;
import io.langevin.score.Checkpoint;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SamplersTest {
    private static final Checkpoint CHECKPOINT = planned(checkpoint(1, 3));

    /** With a plan for the tests' budget. */
    private static Checkpoint planned(Checkpoint checkpoint) {
        var plan = PlanShape.SOLVER.plan(checkpoint.schedule(), 12);
        return checkpoint.recommending(
                new Checkpoint.Recommendation("SEARCHED", 12, List.of(plan)));
    }

    @Test
    void every_kind_that_a_request_can_name_is_a_sampler() {
        assertThat(Arrays.stream(Samplers.values()).map(Enum::name))
                .containsExactlyInAnyOrderElementsOf(
                        Arrays.stream(SamplerKind.values())
                                .filter(kind -> kind != SamplerKind.RECOMMENDED)
                                .map(Enum::name)
                                .toList());
    }

    @Test
    void a_searched_plan_ends_with_the_denoising_row() {
        var settings = new SamplerSettings(OptionalInt.empty(), Optional.of(false), Map.of());

        assertThatThrownBy(
                        () -> Samplers.SEARCHED.plan(settings, CHECKPOINT.schedule(), CHECKPOINT))
                .hasMessage("sampler.denoise: must be true for SEARCHED, not false");
    }

    @ParameterizedTest
    @EnumSource(value = Samplers.class, mode = EnumSource.Mode.EXCLUDE, names = "SEARCHED")
    void budget_is_met_with_and_without_the_denoising_row(Samplers sampler) {
        for (boolean denoise : new boolean[] {true, false}) {
            int budget = sampler == Samplers.ANNEALED_LANGEVIN ? denoise ? 9 : 8 : 12;
            var settings =
                    new SamplerSettings(OptionalInt.of(budget), Optional.of(denoise), Map.of());

            var plan = sampler.plan(settings, CHECKPOINT.schedule(), CHECKPOINT);

            assertThat(plan.networkEvaluations()).isEqualTo(budget);
            double last = plan.row(budget - 1).sigma();
            assertThat(last).isGreaterThanOrEqualTo(CHECKPOINT.schedule().smallest() * (1 - 1e-9));
        }
    }

    @ParameterizedTest
    @EnumSource(Samplers.class)
    void parameter_that_a_sampler_does_not_take_is_refused_by_its_name(Samplers sampler) {
        for (SamplerParameter parameter : SamplerParameter.values()) {
            if (takes(sampler, parameter)) {
                continue;
            }
            assertThatThrownBy(() -> planned(sampler, parameter))
                    .as("%s of %s", parameter, sampler)
                    .isInstanceOf(RejectedException.class)
                    .hasMessageStartingWith(
                            "sampler.%s: must be null for %s, not "
                                    .formatted(parameter.field(), sampler));
        }
    }

    private static SamplingPlan planned(Samplers sampler, SamplerParameter parameter) {
        return sampler.plan(only(parameter), CHECKPOINT.schedule(), CHECKPOINT);
    }

    private static boolean takes(Samplers sampler, SamplerParameter parameter) {
        return switch (parameter) {
            case STEPS_PER_LEVEL -> sampler == Samplers.ANNEALED_LANGEVIN;
            case EPSILON ->
                    sampler == Samplers.ANNEALED_LANGEVIN
                            || sampler == Samplers.PREDICTOR_CORRECTOR;
            case CHURN -> sampler == Samplers.STOCHASTIC_HEUN;
            case RHO ->
                    sampler.name().startsWith("PROBABILITY_FLOW")
                            || sampler.name().startsWith("DPM_SOLVER")
                            || sampler == Samplers.STOCHASTIC_HEUN;
            case NOISE_SCALE ->
                    sampler.name().startsWith("PROBABILITY_FLOW")
                            || sampler == Samplers.DPM_SOLVER_ODE;
        };
    }

    private static SamplerSettings only(SamplerParameter parameter) {
        Number number =
                switch (parameter) {
                    case STEPS_PER_LEVEL -> 2;
                    case EPSILON -> 1e-4;
                    case RHO -> 5.0;
                    case CHURN -> 10.0;
                    case NOISE_SCALE -> 1.02;
                };
        return new SamplerSettings(
                OptionalInt.empty(), Optional.empty(), Map.of(parameter, number));
    }

    @ParameterizedTest
    @EnumSource(Samplers.class)
    void completed_settings_have_everything_and_make_the_same_plan(Samplers sampler) {
        var settings = new SamplerSettings(OptionalInt.empty(), Optional.empty(), Map.of());

        SamplerSettings completed = sampler.completed(settings, CHECKPOINT.schedule(), CHECKPOINT);

        assertThat(completed.networkEvaluations()).isPresent();
        assertThat(completed.denoise()).isPresent();
        assertThat(completed.numbers().keySet())
                .containsExactlyInAnyOrderElementsOf(
                        Arrays.stream(SamplerParameter.values())
                                .filter(parameter -> takes(sampler, parameter))
                                .toList());
        assertThat(sampler.plan(completed, CHECKPOINT.schedule(), CHECKPOINT))
                .isEqualTo(sampler.plan(settings, CHECKPOINT.schedule(), CHECKPOINT));
    }

    @Test
    void a_budget_of_annealed_langevin_dynamics_decides_the_step_size() {
        var settings = new SamplerSettings(OptionalInt.of(5), Optional.empty(), Map.of());

        SamplerSettings completed =
                Samplers.ANNEALED_LANGEVIN.completed(settings, CHECKPOINT.schedule(), CHECKPOINT);

        assertThat(completed.numbers()).containsOnlyKeys(SamplerParameter.STEPS_PER_LEVEL);
        assertThat(Samplers.ANNEALED_LANGEVIN.plan(completed, CHECKPOINT.schedule(), CHECKPOINT))
                .isEqualTo(
                        Samplers.ANNEALED_LANGEVIN.plan(
                                settings, CHECKPOINT.schedule(), CHECKPOINT));
    }
}
