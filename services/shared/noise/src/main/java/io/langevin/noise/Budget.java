package io.langevin.noise;

/** How many scales a number of network evaluations pays for. */
final class Budget {
    /** The largest number of scales: as many as a schedule may have levels. */
    private static final int MAXIMUM = 10_000;

    private Budget() {}

    /** Scales for one evaluation from each to the next, and one at the last to denoise. */
    static NoiseSchedule geometric(NoiseSchedule schedule, int evaluations, boolean denoise) {
        return NoiseSchedule.geometric(
                schedule.largest(), schedule.smallest(), 1 + checkedMoves(evaluations, denoise));
    }

    /** Scales for as many evaluations, whose ρ-th roots are evenly spaced. */
    static NoiseSchedule rooted(
            NoiseSchedule schedule, int evaluations, double rho, boolean denoise) {
        return NoiseSchedule.rooted(
                schedule.largest(),
                schedule.smallest(),
                1 + checkedMoves(evaluations, denoise),
                rho);
    }

    /** Evaluations that move an image from scale to scale: all but the one that denoises. */
    static int checkedMoves(int evaluations, boolean denoise) {
        int least = denoise ? 2 : 1;
        if (evaluations < least || evaluations > MAXIMUM) {
            throw new IllegalArgumentException(
                    "networkEvaluations: must be %d to %d with denoise %s, not %d"
                            .formatted(least, MAXIMUM, denoise, evaluations));
        }
        return evaluations - least + 1;
    }
}
