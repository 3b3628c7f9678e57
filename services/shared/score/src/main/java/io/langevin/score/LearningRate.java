package io.langevin.score;

/**
 * Adam's step size over a training: it grows linearly, stays, and falls as the root of the steps.
 *
 * @param full its largest value, above 0
 * @param warmup steps over which it grows, 0 for none
 * @param decayAfter steps after which it falls, as 1/√(step/decayAfter) (Karras et al. 2024, arXiv
 *     2312.02696, Eq. 67); 0: it never does
 */
public record LearningRate(double full, int warmup, int decayAfter) {
    public LearningRate {
        require(full > 0 && Double.isFinite(full), "learningRate: must be above 0", full);
        require(warmup >= 0, "warmupIterations: must be at least 0", warmup);
        require(decayAfter >= 0, "decayAfterIterations: must be at least 0", decayAfter);
    }

    private static void require(boolean holds, String rule, double value) {
        if (!holds) {
            throw new IllegalArgumentException("%s, not %s".formatted(rule, value));
        }
    }

    /** The same course, half as high. */
    public LearningRate halved() {
        return new LearningRate(full / 2, warmup, decayAfter);
    }

    /**
     * The step size of one step.
     *
     * @param step from 1
     */
    public double at(long step) {
        double warm = Math.min(1, step / (double) Math.max(1, warmup));
        double steps = decayAfter == 0 ? 1 : Math.max(1, step / (double) decayAfter);
        return full * warm / Math.sqrt(steps);
    }
}
