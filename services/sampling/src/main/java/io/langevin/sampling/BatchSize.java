package io.langevin.sampling;

import io.langevin.score.ScoreNetwork;
import java.util.Arrays;

/** How many images should share a network call. */
final class BatchSize {
    /** More images a second than that are worth twice as many images in a call. */
    private static final double WORTHWHILE = 1.02;

    private static final int CALLS = 3;

    private BatchSize() {}

    /**
     * Measures calls of 1, 2, 4, … images until two doublings in a row have brought less than 2 %
     * more images a second.
     *
     * @param most power of two or not, never exceeded
     * @return the smallest size measured that is within 2 % of the fastest
     */
    static int measured(ScoreNetwork network, int most) {
        double best = 0;
        int chosen = 1;
        int vain = 0;
        for (int size = 1; size <= most && vain < 2; size *= 2) {
            double rate = size / secondsOfCall(network, size);
            boolean worthwhile = rate > WORTHWHILE * best;
            vain = worthwhile ? 0 : vain + 1;
            if (worthwhile) {
                chosen = size;
                best = rate;
            }
        }
        return chosen;
    }

    /** The fastest of a few; the first call of a size prepares it and does not count. */
    private static double secondsOfCall(ScoreNetwork network, int size) {
        float[] x = new float[size * network.dimension()];
        float[] f = new float[x.length];
        float[] sigma = new float[size];
        Arrays.fill(sigma, 1);
        network.evaluate(x, sigma, f, size);
        double fastest = Double.POSITIVE_INFINITY;
        for (int i = 0; i < CALLS; i++) {
            long begin = System.nanoTime();
            network.evaluate(x, sigma, f, size);
            fastest = Math.min(fastest, (System.nanoTime() - begin) / 1e9);
        }
        return fastest;
    }
}
