package io.langevin.noise;

/**
 * Technique 4: the step size for which Langevin dynamics ends a level with the variance nearest to
 * that level's own (the paper, section 3.4 and Eq. 4).
 *
 * @param epsilon ε of Algorithm 1
 * @param varianceRatio s_T²/σᵢ² of Eq. 4 at that ε; 1 would be perfect
 */
public record LangevinStepSize(double epsilon, double varianceRatio) {
    private static final int GRID = 20_000;

    /**
     * Grid search over ε/σ_L² from 1e-6 to 1, evenly in the logarithm (relative spacing 7e-4).
     *
     * @param ratio γ of the schedule
     * @param smallest σ_L
     * @param stepsPerLevel T
     */
    public static LangevinStepSize search(double ratio, double smallest, int stepsPerLevel) {
        if (stepsPerLevel < 1) {
            throw new IllegalArgumentException(
                    "stepsPerLevel: must be at least 1, not " + stepsPerLevel);
        }
        double best = 0;
        double bestRatio = Double.POSITIVE_INFINITY;
        for (int i = 0; i <= GRID; i++) {
            double u = Math.pow(10, -6.0 * i / GRID);
            double variance = varianceRatio(ratio, u, stepsPerLevel);
            if (Math.abs(variance - 1) < Math.abs(bestRatio - 1)) {
                best = u;
                bestRatio = variance;
            }
        }
        return new LangevinStepSize(best * smallest * smallest, bestRatio);
    }

    /** Eq. 4 in u = ε/σ_L²: (1−u)^{2T}(γ² − k) + k, where k = 2ε/(σ_L² − σ_L²(1−u)²) = 2/(2−u). */
    static double varianceRatio(double ratio, double u, int stepsPerLevel) {
        double k = 2 / (2 - u);
        return Math.pow(1 - u, 2.0 * stepsPerLevel) * (ratio * ratio - k) + k;
    }
}
