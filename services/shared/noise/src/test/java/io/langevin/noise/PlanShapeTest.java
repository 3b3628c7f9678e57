package io.langevin.noise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class PlanShapeTest {
    private static final NoiseSchedule SCHEDULE = NoiseSchedule.geometric(20, 0.01, 40);

    @Test
    void search_begins_with_the_solver_itself() {
        for (int n : new int[] {2, 3, 8, 16}) {
            assertThat(PlanShape.SOLVER.plan(SCHEDULE, n))
                    .isEqualTo(DpmSolver.sde(SCHEDULE, n, 7, true));
        }
    }

    @Test
    void without_noise_it_is_the_solver_of_the_ode() {
        var shape = new PlanShape(5, 1, 0, 0, 1.02, 1.02, 1);

        assertThat(shape.plan(SCHEDULE, 9))
                .isEqualTo(DpmSolver.ode(SCHEDULE, 9, 5, true).scaled(1.02));
    }

    @Test
    void what_goes_from_one_number_to_another_does_so_evenly() {
        SamplingPlan plan = new PlanShape(7, 3, 1, 0, 1, 1, 0).plan(SCHEDULE, 4);

        double h = Math.log(plan.row(1).sigma() / plan.row(2).sigma());
        double half = plan.row(2).sigma() * Math.sqrt(1 - Math.exp(-h)); // η = 1/2
        assertThat(plan.row(1).c()).isCloseTo(half, within(1e-12));
        assertThat(plan.row(2).c()).isZero();
        assertThat(plan.row(3).sigma()).isCloseTo(0.03, within(1e-12));
    }

    @Test
    void numbers_that_make_no_plan_are_refused() {
        for (double wrong : new double[] {0, -1, Double.NaN, Double.POSITIVE_INFINITY}) {
            assertThatThrownBy(() -> new PlanShape(7, wrong, 1, 1, 1, 1, 1))
                    .isInstanceOf(IllegalArgumentException.class);
        }
        assertThatThrownBy(() -> new PlanShape(7, 5_000, 1, 1, 1, 1, 1).plan(SCHEDULE, 8))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("falling");
    }
}
