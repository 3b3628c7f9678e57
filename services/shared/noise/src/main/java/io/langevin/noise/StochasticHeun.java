package io.langevin.noise;

import io.langevin.noise.SamplingPlan.Row;
import java.util.ArrayList;
import java.util.List;

/**
 * Heun's method with churn (Karras et al. 2022, Algorithm 2): before each step of the ODE a little
 * noise is added, and the step removes it with the rest. What a network gets wrong about the noise
 * that is there is forgotten with it.
 */
public final class StochasticHeun {
    /** More noise than this would take an image back beyond the scale before (their √2 − 1). */
    private static final double MOST = Math.sqrt(2) - 1;

    private StochasticHeun() {}

    /**
     * Steps from σ̂ᵢ = (1 + γ)·σᵢ to σᵢ₊₁ with γ = min(churn/steps, √2 − 1), two evaluations each.
     * The noise of variance σ̂² − σ² is added by the last row before the step. Where one evaluation
     * is left over, the first step is Euler's.
     *
     * @param evaluations at least 2
     * @param churn S_churn, 0 for Heun's method alone
     * @param rho the scales' ρ-th roots are evenly spaced; infinite: the scales are geometric
     * @param denoise whether the last evaluation removes all the noise; without, σ_L's is left
     */
    public static SamplingPlan plan(
            NoiseSchedule schedule, int evaluations, double churn, double rho, boolean denoise) {
        if (!(churn >= 0 && Double.isFinite(churn))) {
            throw new IllegalArgumentException("churn: must be finite, at least 0, not " + churn);
        }
        int moves = Budget.checkedMoves(evaluations, denoise);
        int steps = (moves + 1) / 2;
        NoiseSchedule scales =
                NoiseSchedule.rooted(schedule.largest(), schedule.smallest(), steps + 1, rho);
        double more = 1 + Math.min(churn / steps, MOST);
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < steps; i++) {
            double from = more * scales.sigma(i);
            double to = scales.sigma(i + 1);
            double h = from - to;
            boolean last = i + 1 == steps;
            double added = last ? 0 : to * Math.sqrt(more * more - 1);
            if (i == 0 && moves % 2 == 1) {
                rows.add(new Row(from, 1, h, added));
            } else {
                rows.add(new Row(from, 1, h, 0, 0, 1, h / 2));
                rows.add(new Row(to, 0, h / 2, added, 1, 0, 0));
            }
        }
        if (denoise) {
            rows.add(Row.denoising(scales.smallest()));
        }
        return new SamplingPlan(more * scales.largest(), rows);
    }
}
