package io.langevin.sampling;

import io.langevin.score.ScoreNetwork;
import java.util.Arrays;
import java.util.concurrent.locks.Lock;
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
     * @param device held during each call, and no longer: others call their networks in between
     * @return the smallest size measured that is within 2 % of the fastest
     */
    static int measured(ScoreNetwork network, int most, Lock device) {
        return measured(network, most, device, System::nanoTime);
    }

    static int measured(ScoreNetwork network, int most, Lock device, LongSupplier nanoTime) {
        if (most <= LEAST) {
            return most;
        }
        double best = 0;
        int chosen = LEAST;
        int vain = 0;
        for (int size = chosen; size <= most && vain < 2; size *= 2) {
            double rate = size / secondsOfCall(network, size, device, nanoTime);
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
    private static double secondsOfCall(
            ScoreNetwork network, int size, Lock device, LongSupplier nanoTime) {
        float[] x = new float[size * network.dimension()];
        float[] f = new float[x.length];
        float[] sigma = new float[size];
        Arrays.fill(sigma, 1);
        double fastest = Double.POSITIVE_INFINITY;
        for (int i = 0; i <= CALLS; i++) {
            device.lock();
            try {
                long begin = nanoTime.getAsLong();
                network.evaluate(x, sigma, f, size);
                double seconds = (nanoTime.getAsLong() - begin) / 1e9;
                fastest = i == 0 ? fastest : Math.min(fastest, seconds);
            } finally {
                device.unlock();
            }
        }
        return fastest;
    }
}
