package io.langevin.quality;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.langevin.noise.NoiseSchedule;
import io.langevin.noise.PlanShape;
import io.langevin.noise.SamplingPlan;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;

class PlanSearchTest {
    private static final NoiseSchedule SCHEDULE = NoiseSchedule.geometric(20, 0.01, 40);
    private static final int EVALUATIONS = 6;

    /** The best plan is known: the one that the distance is measured to. */
    @Test
    void plan_that_is_nearest_is_found() {
        SamplingPlan target =
                new PlanShape(11, 4, 1, 0.5, 1, 1.02, 0.8).plan(SCHEDULE, EVALUATIONS);
        double before = between(PlanShape.SOLVER.plan(SCHEDULE, EVALUATIONS), target);

        PlanShape found =
                search(plan -> between(plan, target), 2_000)
                        .best(PlanShape.SOLVER, (tried, best) -> {});

        assertThat(between(found.plan(SCHEDULE, EVALUATIONS), target)).isLessThan(before / 1_000);
        assertThat(found.end()).isCloseTo(4, within(0.2));
    }

    private static double between(SamplingPlan a, SamplingPlan b) {
        double sum = 0;
        for (int i = 0; i < EVALUATIONS; i++) {
            sum += Math.pow(Math.log(a.row(i).sigma() / b.row(i).sigma()), 2);
            sum += Math.pow(a.row(i).a() - b.row(i).a(), 2);
            sum += Math.pow((a.row(i).b() - b.row(i).b()) / b.row(i).sigma(), 2);
            sum += Math.pow((a.row(i).c() - b.row(i).c()) / b.row(i).sigma(), 2);
        }
        return sum;
    }

    @Test
    void no_more_plans_are_tried_than_allowed_and_the_best_never_grows() {
        List<Double> told = new ArrayList<>();
        int[] calls = {0};
        ToDoubleFunction<SamplingPlan> distance =
                plan -> {
                    calls[0]++;
                    return Math.abs(Math.sin(1e3 * plan.row(2).sigma()));
                };

        search(distance, 40)
                .best(
                        PlanShape.SOLVER,
                        (tried, best) -> {
                            assertThat(tried).isEqualTo(calls[0]);
                            told.add(best);
                        });

        assertThat(calls[0]).isEqualTo(40);
        assertThat(told).hasSize(40).isSortedAccordingTo((a, b) -> Double.compare(b, a));
    }

    @Test
    void plan_that_breaks_everything_is_never_the_best() {
        SamplingPlan solver = PlanShape.SOLVER.plan(SCHEDULE, EVALUATIONS);

        PlanShape found =
                search(plan -> plan.equals(solver) ? 1 : Double.NaN, 30)
                        .best(PlanShape.SOLVER, (tried, best) -> {});

        assertThat(found).isEqualTo(PlanShape.SOLVER);
    }

    @Test
    void solver_that_breaks_everything_is_beaten() {
        SamplingPlan solver = PlanShape.SOLVER.plan(SCHEDULE, EVALUATIONS);

        PlanShape found =
                search(plan -> plan.equals(solver) ? Double.NaN : 1, 30)
                        .best(PlanShape.SOLVER, (tried, best) -> {});

        assertThat(found).isNotEqualTo(PlanShape.SOLVER);
    }

    private static PlanSearch search(ToDoubleFunction<SamplingPlan> distance, int trials) {
        return new PlanSearch(SCHEDULE, EVALUATIONS, distance, trials);
    }
}
