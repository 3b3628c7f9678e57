package io.langevin.noise;

import io.langevin.noise.SamplingPlan.Row;
import java.util.ArrayList;
import java.util.List;

/**
 * Predictor and corrector in turn (Song et al. 2021, Algorithm 2): an ancestral step to the next
 * scale, then a step of Langevin dynamics there.
 */
public final class PredictorCorrector {
    /**
     * ε/σ_L² for the published signal-to-noise ratio r = 0.16: their step 2·(r·‖z‖/‖s‖)² with the
     * expected norms √D and √D/σ is 2·r²·σ².
     */
    public static final double RELATIVE_STEP_SIZE = 2 * 0.16 * 0.16;

    private PredictorCorrector() {}

    /**
     * Over scales that are geometric between the ends of the schedule. Where one evaluation is left
     * over, the first scale is left without its corrector.
     *
     * @param evaluations at least 2
     * @param epsilon step size of the corrector, αᵢ = ε·σᵢ²/σ_L²; above 0 and below 2·σ_L²
     * @param denoise whether the last evaluation removes all the noise
     */
    public static SamplingPlan plan(
            NoiseSchedule schedule, int evaluations, double epsilon, boolean denoise) {
        double limit = 2 * schedule.smallest() * schedule.smallest();
        if (!(epsilon > 0 && epsilon < limit)) {
            throw new IllegalArgumentException(
                    "epsilon: must be above 0 and below 2·σ_L² = %s, not %s"
                            .formatted(limit, epsilon));
        }
        int moves = Budget.checkedMoves(evaluations, denoise);
        NoiseSchedule scales =
                NoiseSchedule.geometric(
                        schedule.largest(), schedule.smallest(), 1 + (moves + 1) / 2);
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i + 1 < scales.levels(); i++) {
            double next = scales.sigma(i + 1);
            rows.add(ConsistentAnnealing.ancestral(scales.sigma(i), next));
            if (i > 0 || moves % 2 == 0) {
                double alpha = scales.stepSize(i + 1, epsilon);
                rows.add(new Row(next, 1, alpha / next, Math.sqrt(2 * alpha)));
            }
        }
        if (denoise) {
            rows.add(Row.denoising(scales.smallest()));
        }
        return new SamplingPlan(scales.largest(), rows);
    }
}
