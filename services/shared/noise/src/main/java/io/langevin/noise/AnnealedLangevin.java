package io.langevin.noise;

import java.util.ArrayList;
import java.util.List;

/** Annealed Langevin dynamics (the paper, Algorithm 1). */
public final class AnnealedLangevin {
    private static final int MOST_STEPS = 1_000;

    private AnnealedLangevin() {}

    /**
     * x ← x + αᵢ·s(x, σᵢ) + √(2αᵢ)·z, T times a level, αᵢ = ε·σᵢ²/σ_L²; then, where {@code
     * denoise}, x ← x + σ_L²·s(x, σ_L) once. In terms of f = σ·s that is b = αᵢ/σᵢ and at the end b
     * = σ_L.
     *
     * @param stepsPerLevel T, at least 1
     * @param epsilon ε, above 0 and below 2·σ_L², where the dynamics would diverge
     * @return L·T rows, and one more to denoise
     */
    public static SamplingPlan plan(
            NoiseSchedule schedule, int stepsPerLevel, double epsilon, boolean denoise) {
        if (stepsPerLevel < 1
                || (long) stepsPerLevel * schedule.levels() >= SamplingPlan.MAXIMUM_ROWS) {
            throw new IllegalArgumentException(
                    "stepsPerLevel: must be at least 1 and, times %d levels, below %d, not %d"
                            .formatted(
                                    schedule.levels(), SamplingPlan.MAXIMUM_ROWS, stepsPerLevel));
        }
        double limit = 2 * schedule.smallest() * schedule.smallest();
        if (!(epsilon > 0 && epsilon < limit)) {
            throw new IllegalArgumentException(
                    "epsilon: must be above 0 and below 2·σ_L² = %s, not %s"
                            .formatted(limit, epsilon));
        }
        List<SamplingPlan.Row> rows = new ArrayList<>();
        for (int i = 0; i < schedule.levels(); i++) {
            double sigma = schedule.sigma(i);
            double alpha = schedule.stepSize(i, epsilon);
            var row = new SamplingPlan.Row(sigma, 1, alpha / sigma, Math.sqrt(2 * alpha));
            for (int t = 0; t < stepsPerLevel; t++) {
                rows.add(row);
            }
        }
        if (denoise) {
            rows.add(SamplingPlan.Row.denoising(schedule.smallest()));
        }
        return new SamplingPlan(0, rows);
    }

    /**
     * The plan over as many levels as a budget pays for, geometric between the ends of the
     * schedule, with the ε that Technique 4 finds for their ratio. It starts with the noise of the
     * first level, which few steps could not bring in.
     *
     * @param evaluations a multiple of {@code stepsPerLevel}, and one more to denoise; at least two
     *     levels
     */
    public static SamplingPlan withBudget(
            NoiseSchedule schedule, int stepsPerLevel, int evaluations, boolean denoise) {
        int last = denoise ? 1 : 0;
        if (stepsPerLevel < 1 || stepsPerLevel > MOST_STEPS) {
            throw new IllegalArgumentException(
                    "stepsPerLevel: must be 1 to %d with a number of evaluations, not %d"
                            .formatted(MOST_STEPS, stepsPerLevel));
        }
        long most = Math.min(10_000L * stepsPerLevel, SamplingPlan.MAXIMUM_ROWS);
        if (evaluations > most) {
            throw new IllegalArgumentException(
                    "networkEvaluations: must be at most %d with stepsPerLevel %d, not %d"
                            .formatted(most, stepsPerLevel, evaluations));
        }
        int levels = evaluations < 2 ? 0 : (evaluations - last) / stepsPerLevel;
        if (levels < 2 || levels * stepsPerLevel + last != evaluations) {
            int below = Math.max(2, levels);
            throw new IllegalArgumentException(
                    "networkEvaluations: must be %d or %d with stepsPerLevel %d and denoise %s, not %d"
                            .formatted(
                                    below * stepsPerLevel + last,
                                    (below + 1) * stepsPerLevel + last,
                                    stepsPerLevel,
                                    denoise,
                                    evaluations));
        }
        NoiseSchedule coarse =
                NoiseSchedule.geometric(schedule.largest(), schedule.smallest(), levels);
        double epsilon =
                LangevinStepSize.search(coarse.ratio(), coarse.smallest(), stepsPerLevel).epsilon();
        return new SamplingPlan(
                coarse.largest(), plan(coarse, stepsPerLevel, epsilon, denoise).rows());
    }
}
