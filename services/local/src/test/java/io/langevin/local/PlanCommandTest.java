package io.langevin.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.langevin.local.PlanCommand.Judged;
import io.langevin.noise.NoiseSchedule;
import io.langevin.noise.PlanShape;
import io.langevin.noise.SamplingPlan;
import io.langevin.score.Checkpoint;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Which of the judged plans a checkpoint gets. */
class PlanCommandTest {
    private static final NoiseSchedule SCHEDULE = NoiseSchedule.geometric(20, 0.01, 40);

    private static Judged judged(int evaluations, double before, double after) {
        return new Judged(
                PlanShape.SOLVER.plan(SCHEDULE, evaluations),
                before,
                new PlanShape(9, 2, 1, 1, 1, 1, 1).plan(SCHEDULE, evaluations),
                after);
    }

    @Test
    void the_cheapest_that_is_as_good_as_the_reference_is_recommended() {
        Judged four = judged(4, 9, 5);
        Judged eight = judged(8, 2, 0.4);
        Judged twelve = judged(12, 0.3, 0.2);

        var choice =
                PlanCommand.recommendation(Optional.empty(), List.of(four, eight, twelve), 0.4);

        assertThat(choice.sampler()).isEqualTo("SEARCHED");
        assertThat(choice.networkEvaluations()).isEqualTo(8);
    }

    @Test
    void where_none_is_as_good_the_sampler_from_before_stays_and_the_plans_are_there() {
        List<Judged> judged = List.of(judged(4, 9, 5), judged(8, 2, 0.4));
        var heun = new Checkpoint.Recommendation("PROBABILITY_FLOW_HEUN", 32);

        var kept = PlanCommand.recommendation(Optional.of(heun), judged, 0.1);
        var reference = PlanCommand.recommendation(Optional.empty(), judged, 0.1);

        assertThat(kept.sampler()).isEqualTo("PROBABILITY_FLOW_HEUN");
        assertThat(kept.networkEvaluations()).isEqualTo(32);
        assertThat(kept.plans()).hasSize(2);
        assertThat(PlanCommand.recommendation(Optional.of(kept), judged, 0.1)).isEqualTo(kept);
        assertThat(
                        PlanCommand.recommendation(Optional.of(kept), List.of(judged(6, 2, 1)), 0.1)
                                .plans())
                .extracting(SamplingPlan::networkEvaluations)
                .containsExactly(4, 6, 8);
        assertThat(reference.sampler()).isEqualTo("DPM_SOLVER_SDE");
        assertThat(reference.networkEvaluations()).isEqualTo(16);
    }

    @Test
    void a_searched_plan_that_is_no_better_on_other_seeds_gives_way_to_the_solver() {
        Judged better = judged(8, 2, 1.9);
        Judged worse = judged(12, 1, 1.1);
        Judged broken = judged(16, 1, Double.NaN);

        List<SamplingPlan> plans =
                PlanCommand.recommendation(Optional.empty(), List.of(better, worse, broken), 0)
                        .plans();

        assertThat(plans).containsExactly(better.searched(), worse.solver(), broken.solver());
    }
}
