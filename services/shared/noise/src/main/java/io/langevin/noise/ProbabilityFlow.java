package io.langevin.noise;

import io.langevin.noise.SamplingPlan.Row;
import java.util.ArrayList;
import java.util.List;

/**
 * The probability-flow ODE dx/dσ = −f(x) (Song et al. 2021, Eq. 13, with time σ): without noise
 * after the start, so the seed alone is the image.
 */
public final class ProbabilityFlow {
    private ProbabilityFlow() {}

    /**
     * Euler's method: x ← x + (σᵢ − σᵢ₊₁)·f(x), first order.
     *
     * @param evaluations at least 2
     * @param rho the scales' ρ-th roots are evenly spaced; infinite: the scales are geometric
     * @param denoise whether the last one goes on to σ = 0; without, σ_L's noise is left
     */
    public static SamplingPlan euler(
            NoiseSchedule schedule, int evaluations, double rho, boolean denoise) {
        NoiseSchedule scales = Budget.rooted(schedule, evaluations, rho, denoise);
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i + 1 < scales.levels(); i++) {
            rows.add(new Row(scales.sigma(i), 1, scales.sigma(i) - scales.sigma(i + 1), 0));
        }
        return ended(scales, rows, denoise);
    }

    /**
     * Heun's method (Karras et al. 2022, Algorithm 1), second order: two evaluations a step, h = σᵢ
     * − σᵢ₊₁. The first goes to x′ = x + h·f(x) and keeps x + h/2·f(x); the second adds h/2·f(x′)
     * to what was kept. Where one evaluation is left over, the first step is Euler's: there the
     * flow is nearly straight.
     *
     * @param evaluations at least 2
     * @param rho the scales' ρ-th roots are evenly spaced; infinite: the scales are geometric
     * @param denoise whether the last one goes on to σ = 0; without, σ_L's noise is left
     */
    public static SamplingPlan heun(
            NoiseSchedule schedule, int evaluations, double rho, boolean denoise) {
        int moves = Budget.checkedMoves(evaluations, denoise);
        NoiseSchedule scales =
                NoiseSchedule.rooted(
                        schedule.largest(), schedule.smallest(), (moves + 1) / 2 + 1, rho);
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i + 1 < scales.levels(); i++) {
            double h = scales.sigma(i) - scales.sigma(i + 1);
            if (i == 0 && moves % 2 == 1) {
                rows.add(new Row(scales.sigma(i), 1, h, 0));
            } else {
                rows.add(new Row(scales.sigma(i), 1, h, 0, 0, 1, h / 2));
                rows.add(new Row(scales.sigma(i + 1), 0, h / 2, 0, 1, 0, 0));
            }
        }
        return ended(scales, rows, denoise);
    }

    private static SamplingPlan ended(NoiseSchedule scales, List<Row> rows, boolean denoise) {
        if (denoise) {
            rows.add(Row.denoising(scales.smallest()));
        }
        return new SamplingPlan(scales.largest(), rows);
    }
}
