package io.langevin.sampling;

import io.langevin.score.ScoreNetwork;
import java.util.Arrays;
import java.util.function.LongSupplier;

/** How many images should share a network call. */
final class BatchSize {
    /** More images a second than that are worth twice as many images in a call. */
    private static final double WORTHWHILE = 1.02;

    /** Fewer are no faster on any device, and too few to be measured while a process starts. */
    private static final int LEAST = 16;

    private static final int CALLS = 3;

    private BatchSize() {}

    /**
     * Measures calls of 16, 32, 64, … images until two doublings in a row have brought less than 2
     * % more images a second.
     *
     * @param most never exceeded
     * @return the smallest size measured that is within 2 % of the fastest
     */
    static int measured(ScoreNetwork network, int most) {
        return measured(network, most, System::nanoTime);
    }

    static int measured(ScoreNetwork network, int most, LongSupplier nanoTime) {
        double best = 0;
        int chosen = Math.min(LEAST, most);
        int vain = 0;
        for (int size = chosen; size <= most && vain < 2; size *= 2) {
            double rate = size / secondsOfCall(network, size, nanoTime);
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
    private static double secondsOfCall(ScoreNetwork network, int size, LongSupplier nanoTime) {
        float[] x = new float[size * network.dimension()];
        float[] f = new float[x.length];
        float[] sigma = new float[size];
        Arrays.fill(sigma, 1);
        network.evaluate(x, sigma, f, size);
        double fastest = Double.POSITIVE_INFINITY;
        for (int i = 0; i < CALLS; i++) {
            long begin = nanoTime.getAsLong();
            network.evaluate(x, sigma, f, size);
            fastest = Math.min(fastest, (nanoTime.getAsLong() - begin) / 1e9);
        }
        return fastest;
    }
}
