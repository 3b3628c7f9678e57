package io.langevin.score;

/**
 * Technique 5: θ′ ← mθ′ + (1−m)θ after every optimiser step; sampling uses θ′.
 *
 * @param decay m, 0 to below 1
 * @param ramp whether m starts small, so that the first, bad weights are forgotten in short runs
 */
public record ExponentialMovingAverage(double decay, boolean ramp) {
    public ExponentialMovingAverage {
        if (!(decay >= 0 && decay < 1)) {
            throw new IllegalArgumentException("emaDecay: must be from 0 to below 1, not " + decay);
        }
    }

    /**
     * m at optimiser step {@code step}, counted from 1: with a ramp at most (1 + step)/(10 + step).
     */
    public double decayAt(long step) {
        return ramp ? Math.min(decay, (1.0 + step) / (10.0 + step)) : decay;
    }
}
