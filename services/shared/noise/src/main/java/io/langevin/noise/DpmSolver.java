package io.langevin.noise;

import io.langevin.noise.SamplingPlan.Row;
import java.util.ArrayList;
import java.util.List;

/**
 * DPM-Solver++(2M) (Lu et al. 2022, arXiv 2211.01095), written in σ: an exponential integrator of
 * the denoised estimate D = x + σ·f(x), which it takes to change linearly in ln σ since the row
 * before. A row keeps its D for the next one.
 */
public final class DpmSolver {
    private DpmSolver() {}

    /**
     * The stochastic solver, η = 1: the noise that a row removes is replaced by new noise of the
     * scale that follows. Without the correction by D it is {@link ConsistentAnnealing}.
     *
     * @param rho the scales' ρ-th roots are evenly spaced; infinite: the scales are geometric
     * @param evaluations at least 2
     * @param denoise whether the last one removes all the noise; without, σ_L's is left
     */
    public static SamplingPlan sde(
            NoiseSchedule schedule, int evaluations, double rho, boolean denoise) {
        return plan(schedule, evaluations, rho, 1, denoise);
    }

    /**
     * The solver of the probability-flow ODE, η = 0: it adds no noise after the start.
     *
     * @param rho as in {@link #sde}
     * @param evaluations at least 2
     * @param denoise as in {@link #sde}
     */
    public static SamplingPlan ode(
            NoiseSchedule schedule, int evaluations, double rho, boolean denoise) {
        return plan(schedule, evaluations, rho, 0, denoise);
    }

    private static SamplingPlan plan(
            NoiseSchedule schedule, int evaluations, double rho, double eta, boolean denoise) {
        NoiseSchedule scales = Budget.rooted(schedule, evaluations, rho, denoise);
        List<Row> rows = new ArrayList<>();
        double before = 0; // h of the row before
        for (int i = 0; i + 1 < scales.levels(); i++) {
            double h = Math.log(scales.sigma(i) / scales.sigma(i + 1));
            double slope = i == 0 ? 0 : h / (2 * before);
            rows.add(row(scales.sigma(i), scales.sigma(i + 1), h, slope, eta));
            before = h;
        }
        if (denoise) {
            rows.add(Row.denoising(scales.smallest()));
        }
        return new SamplingPlan(scales.largest(), rows);
    }

    /**
     * x′ = (σ′/σ)·e^(−ηh)·x + (1 − e^(−(1+η)h))·(D + slope·(D − kept D)) + σ′·√(1 − e^(−2ηh))·z.
     */
    static Row row(double from, double to, double h, double slope, double eta) {
        double ofEstimate = -Math.expm1(-(1 + eta) * h);
        double ofD = ofEstimate * (1 + slope);
        return new Row(
                from,
                to / from * Math.exp(-eta * h) + ofD,
                ofD * from,
                to * Math.sqrt(-Math.expm1(-2 * eta * h)),
                -ofEstimate * slope,
                1,
                from);
    }
}
