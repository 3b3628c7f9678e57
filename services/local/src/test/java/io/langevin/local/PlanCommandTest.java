package io.langevin.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.langevin.local.PlanCommand.Judged;
import io.langevin.noise.NoiseSchedule;
import io.langevin.noise.PlanShape;
import io.langevin.noise.SamplingPlan;
import java.util.List;
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

        var choice = PlanCommand.recommendation(List.of(four, eight, twelve), 0.4);

        assertThat(choice.sampler()).isEqualTo("SEARCHED");
        assertThat(choice.networkEvaluations()).isEqualTo(8);
        assertThat(PlanCommand.recommendation(List.of(four, eight), 0.1).networkEvaluations())
                .isEqualTo(8);
    }

    @Test
    void a_searched_plan_that_is_no_better_on_other_seeds_gives_way_to_the_solver() {
        Judged better = judged(8, 2, 1.9);
        Judged worse = judged(12, 1, 1.1);
        Judged broken = judged(16, 1, Double.NaN);

        List<SamplingPlan> plans =
                PlanCommand.recommendation(List.of(better, worse, broken), 0).plans();

        assertThat(plans).containsExactly(better.searched(), worse.solver(), broken.solver());
    }
}
