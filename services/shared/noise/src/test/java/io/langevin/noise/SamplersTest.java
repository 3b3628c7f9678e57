package io.langevin.noise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every sampler on densities of one dimension whose score is known exactly. */
class SamplersTest {
    private static final NoiseSchedule SCHEDULE = NoiseSchedule.geometric(20, 0.01, 100);
    private static final double EPSILON =
            PredictorCorrector.RELATIVE_STEP_SIZE * SCHEDULE.smallest() * SCHEDULE.smallest();

    /** Langevin dynamics needs many steps where the density is wide and the noise narrow. */
    private static final NoiseSchedule DENSE = NoiseSchedule.geometric(20, 0.05, 60);

    private static final Map<String, IntFunction<SamplingPlan>> SAMPLERS =
            Map.of(
                    "annealed Langevin",
                    n -> AnnealedLangevin.plan(DENSE, 50, 0.3 * 0.05 * 0.05, true),
                    "consistent annealing",
                    n -> ConsistentAnnealing.plan(SCHEDULE, n, true),
                    "probability flow, Euler",
                    n -> ProbabilityFlow.euler(SCHEDULE, n, 7, true),
                    "probability flow, Heun",
                    n -> ProbabilityFlow.heun(SCHEDULE, n, 7, true),
                    "predictor-corrector",
                    n -> PredictorCorrector.plan(SCHEDULE, n, EPSILON, true),
                    "DPM-Solver++(2M), SDE",
                    n -> DpmSolver.sde(SCHEDULE, n, 7, true),
                    "DPM-Solver++(2M), ODE",
                    n -> DpmSolver.ode(SCHEDULE, n, 7, true),
                    "stochastic Heun",
                    n -> StochasticHeun.plan(SCHEDULE, n, 30, 7, true));

    /** Weighted normal densities. */
    private record Mixture(double[] weights, double[] means, double deviation) {
        /** f = σ·s of the mixture blurred by σ. */
        double f(double x, double sigma) {
            double variance = deviation * deviation + sigma * sigma;
            double largest = Double.NEGATIVE_INFINITY;
            for (double mean : means) {
                largest = Math.max(largest, -(x - mean) * (x - mean) / (2 * variance));
            }
            double sum = 0;
            double pull = 0;
            for (int k = 0; k < means.length; k++) {
                double p =
                        weights[k]
                                * Math.exp(
                                        -(x - means[k]) * (x - means[k]) / (2 * variance)
                                                - largest);
                sum += p;
                pull += p * (means[k] - x) / variance;
            }
            return sigma * pull / sum;
        }

        double mean() {
            double mean = 0;
            for (int k = 0; k < means.length; k++) {
                mean += weights[k] * means[k];
            }
            return mean;
        }

        double variance() {
            double square = deviation * deviation;
            for (int k = 0; k < means.length; k++) {
                square += weights[k] * means[k] * means[k];
            }
            return square - mean() * mean();
        }
    }

    private static final Mixture GAUSSIAN = new Mixture(new double[] {1}, new double[] {0.3}, 0.5);
    private static final Mixture TWO =
            new Mixture(new double[] {0.3, 0.7}, new double[] {0.1, 0.9}, 0.1);

    private static double sample(SamplingPlan plan, Mixture density, Random random) {
        double start = random.nextDouble() + plan.initialNoise() * random.nextGaussian();
        return from(start, plan, density, random);
    }

    private static double from(double start, SamplingPlan plan, Mixture density, Random random) {
        double x = start;
        double kept = 0;
        for (SamplingPlan.Row row : plan.rows()) {
            double f = density.f(x, row.sigma());
            double noise = row.c() == 0 ? 0 : row.c() * random.nextGaussian();
            double moved = row.a() * x + row.b() * f + noise + row.d() * kept;
            if (row.keeps()) {
                kept = row.keepX() * x + row.keepF() * f;
            }
            x = moved;
        }
        return x;
    }

    @ParameterizedTest
    @ValueSource(longs = {7, 8})
    void mean_variance_and_modes_are_those_of_the_density(long seed) {
        SAMPLERS.forEach(
                (name, sampler) -> {
                    SamplingPlan plan = sampler.apply(401);
                    for (Mixture density : new Mixture[] {GAUSSIAN, TWO}) {
                        var random = new Random(seed);
                        int n = 10_000;
                        double sum = 0;
                        double squares = 0;
                        double above = 0;
                        for (int i = 0; i < n; i++) {
                            double x = sample(plan, density, random);
                            sum += x;
                            squares += x * x;
                            above += x > 0.5 ? 1 : 0;
                        }
                        double mean = sum / n;
                        double variance = squares / n - mean * mean;
                        String what =
                                name
                                        + ", seed "
                                        + seed
                                        + ", "
                                        + (density == TWO ? 2 : 1)
                                        + " modes";
                        double deviation = Math.sqrt(density.variance());
                        assertThat(mean).as(what).isCloseTo(density.mean(), within(0.05));
                        assertThat(Math.sqrt(variance) / deviation)
                                .as(what)
                                .isCloseTo(1, within(0.05));
                        if (density == TWO) {
                            assertThat(above / n).as(what).isCloseTo(0.7, within(0.04));
                        }
                    }
                });
    }

    /** x(σ) = μ + (x₁ − μ)·√((s² + σ²)/(s² + σ₁²)), here down to σ_L. */
    @Test
    void the_ode_follows_the_exact_flow_with_the_order_of_its_method() {
        double euler64 = error(ProbabilityFlow.euler(SCHEDULE, 64, 7, false));
        double euler128 = error(ProbabilityFlow.euler(SCHEDULE, 128, 7, false));
        double heun64 = error(ProbabilityFlow.heun(SCHEDULE, 128, 7, false));
        double heun128 = error(ProbabilityFlow.heun(SCHEDULE, 256, 7, false));

        assertThat(euler64 / euler128).isCloseTo(2, within(0.2));
        assertThat(heun64 / heun128).isCloseTo(4, within(0.8));
        assertThat(heun128).isLessThan(5e-4);
        assertThat(error(ProbabilityFlow.heun(SCHEDULE, 1025, 7, false))).isLessThan(2e-5);
    }

    @Test
    void dpm_solvers_ode_is_of_second_order_at_one_evaluation_a_step() {
        for (double rho : new double[] {7, Double.POSITIVE_INFINITY}) {
            double coarse = error(DpmSolver.ode(SCHEDULE, 128, rho, false));
            double fine = error(DpmSolver.ode(SCHEDULE, 256, rho, false));

            assertThat(coarse / fine).as("rho %s", rho).isCloseTo(4, within(0.8));
        }
        assertThat(error(DpmSolver.ode(SCHEDULE, 1_024, 7, false))).isLessThan(2e-5);
    }

    /** Where D does not change, which is so around a single point, nothing is corrected. */
    @Test
    void around_a_point_dpm_solvers_sde_is_consistent_annealing() {
        Mixture point = new Mixture(new double[] {1}, new double[] {0.3}, 0);
        SamplingPlan solver = DpmSolver.sde(SCHEDULE, 20, Double.POSITIVE_INFINITY, false);
        SamplingPlan annealing = ConsistentAnnealing.plan(SCHEDULE, 20, false);

        assertThat(from(17, solver, point, new Random(1)))
                .isCloseTo(from(17, annealing, point, new Random(1)), within(1e-9));
    }

    /** Around a single point the noise left after each step is exactly the next scale. */
    @Test
    void churn_adds_what_the_next_step_removes() {
        for (int evaluations : new int[] {8, 9, 41}) {
            SamplingPlan plan = StochasticHeun.plan(SCHEDULE, evaluations, 3, 7, false);
            double n = 20_000;
            var random = new Random(2);
            double squares = 0;
            Mixture point = new Mixture(new double[] {1}, new double[] {0}, 0);
            for (int i = 0; i < n; i++) {
                double x = from(plan.initialNoise() * random.nextGaussian(), plan, point, random);
                squares += x * x;
            }
            assertThat(Math.sqrt(squares / n) / SCHEDULE.smallest())
                    .as("%d evaluations", evaluations)
                    .isCloseTo(1, within(0.02));
        }
        assertThat(StochasticHeun.plan(SCHEDULE, 40, 0, 7, true))
                .isEqualTo(ProbabilityFlow.heun(SCHEDULE, 40, 7, true));
    }

    @Test
    void scales_of_a_large_rho_are_nearly_geometric() {
        NoiseSchedule rooted = NoiseSchedule.rooted(20, 0.01, 9, 1e5);
        NoiseSchedule geometric = NoiseSchedule.rooted(20, 0.01, 9, Double.POSITIVE_INFINITY);
        for (int i = 0; i < 9; i++) {
            assertThat(rooted.sigma(i) / geometric.sigma(i)).isCloseTo(1, within(1e-3));
        }
        assertThatThrownBy(() -> NoiseSchedule.rooted(20, 0.01, 9, Double.NaN))
                .hasMessage("rho: must be at least 1, not NaN");
    }

    /** Where f is −1 everywhere, an image goes as far as the scales fall, and in proportion. */
    @Test
    void a_scaled_plan_takes_away_so_many_times_the_noise() {
        double largest = SCHEDULE.largest();
        for (SamplingPlan plan :
                List.of(
                        ProbabilityFlow.euler(SCHEDULE, 9, 7, true),
                        ProbabilityFlow.heun(SCHEDULE, 9, 7, true))) {
            assertThat(alongMinusOne(plan)).isCloseTo(-largest, within(1e-9));
            assertThat(alongMinusOne(plan.scaled(1.25))).isCloseTo(-1.25 * largest, within(1e-9));
        }
    }

    private static double alongMinusOne(SamplingPlan plan) {
        double x = 0;
        double kept = 0;
        for (SamplingPlan.Row row : plan.rows()) {
            double moved = row.a() * x - row.b() + row.d() * kept;
            kept = row.keeps() ? row.keepX() * x - row.keepF() : kept;
            x = moved;
        }
        return x;
    }

    @Test
    void dynamics_that_begin_later_keep_the_levels_below() {
        NoiseSchedule all = NoiseSchedule.geometric(8, 1, 4);

        assertThat(all.upTo(5).sigmas()).containsExactly(all.sigma(1), all.sigma(2), 1.0);
        assertThat(all.upTo(all.sigma(1)).sigmas()).isEqualTo(all.upTo(5).sigmas());
        assertThat(all.upTo(100)).isEqualTo(all);
    }

    private static double error(SamplingPlan plan) {
        double end = SCHEDULE.smallest();
        double exact = 0.3 + (17 - 0.3) * Math.sqrt((0.25 + end * end) / (0.25 + 400));
        return Math.abs(from(17, plan, GAUSSIAN, new Random(0)) - exact);
    }

    /** Around a single point the noise left after each row is exactly the next scale. */
    @Test
    void consistent_annealing_keeps_the_noise_it_says() {
        SamplingPlan plan = ConsistentAnnealing.plan(SCHEDULE, 20, false);
        double variance = plan.initialNoise() * plan.initialNoise();
        for (int i = 0; i < plan.networkEvaluations(); i++) {
            SamplingPlan.Row row = plan.row(i);
            assertThat(variance).isCloseTo(row.sigma() * row.sigma(), within(1e-9 * variance));
            double shrunk = 1 - row.b() / row.sigma();
            variance = shrunk * shrunk * variance + row.c() * row.c();
        }
        assertThat(Math.sqrt(variance)).isCloseTo(0.01, within(1e-9));
    }

    @Test
    void a_budget_is_met_exactly_or_the_nearest_possible_are_named() {
        for (int n = 2; n <= 300; n++) {
            assertThat(ConsistentAnnealing.plan(SCHEDULE, n, true).networkEvaluations())
                    .isEqualTo(n);
            assertThat(ProbabilityFlow.euler(SCHEDULE, n, 7, false).networkEvaluations())
                    .isEqualTo(n);
            assertThat(ProbabilityFlow.heun(SCHEDULE, n, 7, true).networkEvaluations())
                    .isEqualTo(n);
            assertThat(ProbabilityFlow.heun(SCHEDULE, n, 7, false).networkEvaluations())
                    .isEqualTo(n);
            assertThat(PredictorCorrector.plan(SCHEDULE, n, EPSILON, true).networkEvaluations())
                    .isEqualTo(n);
            assertThat(DpmSolver.sde(SCHEDULE, n, 7, true).networkEvaluations()).isEqualTo(n);
            assertThat(DpmSolver.ode(SCHEDULE, n, 1, false).networkEvaluations()).isEqualTo(n);
            assertThat(StochasticHeun.plan(SCHEDULE, n, 30, 7, true).networkEvaluations())
                    .isEqualTo(n);
        }
        assertThatThrownBy(() -> AnnealedLangevin.withBudget(SCHEDULE, 5, 18, true))
                .hasMessageContaining("networkEvaluations: must be 16 or 21")
                .hasMessageContaining("not 18");
        assertThatThrownBy(() -> AnnealedLangevin.withBudget(SCHEDULE, 5, 1, true))
                .hasMessageContaining("must be 11 or 16");
        assertThatThrownBy(() -> ProbabilityFlow.heun(SCHEDULE, 1, 7, true))
                .hasMessageContaining("networkEvaluations: must be 2 to")
                .hasMessageContaining("not 1");
        assertThatThrownBy(() -> ProbabilityFlow.euler(SCHEDULE, Integer.MIN_VALUE, 7, true))
                .hasMessageContaining("networkEvaluations: must be 2 to 10000");
        assertThatThrownBy(() -> ConsistentAnnealing.plan(SCHEDULE, 10_001, false))
                .hasMessageContaining("networkEvaluations: must be 1 to 10000");
        assertThatThrownBy(() -> AnnealedLangevin.withBudget(SCHEDULE, 5, Integer.MIN_VALUE, true))
                .hasMessageContaining("networkEvaluations: must be");
    }
}
