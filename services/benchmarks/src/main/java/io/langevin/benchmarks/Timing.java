package io.langevin.benchmarks;

import java.util.Arrays;
import java.util.concurrent.locks.LockSupport;

/** Two things in turn, A B A B …, so that a machine whose speed drifts is fair to both. */
final class Timing {
    private Timing() {}

    /** Something to measure. */
    interface Work {
        void run() throws Exception;
    }

    /**
     * @param a median seconds of the first
     * @param b median seconds of the second
     * @param ratio median of a/b, pair by pair
     */
    record Pair(double a, double b, double ratio) {}

    static Pair inTurn(Work first, Work second, int rounds) throws Exception {
        double[] a = new double[rounds];
        double[] b = new double[rounds];
        double[] ratios = new double[rounds];
        for (int i = 0; i < rounds; i++) {
            a[i] = seconds(first);
            b[i] = seconds(second);
            ratios[i] = a[i] / b[i];
        }
        return new Pair(median(a), median(b), median(ratios));
    }

    static double seconds(Work work) throws Exception {
        long begin = System.nanoTime();
        work.run();
        return (System.nanoTime() - begin) / 1e9;
    }

    static void sleepUntil(long nanoTime) {
        for (long left = nanoTime - System.nanoTime();
                left > 0;
                left = nanoTime - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }

    static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    static double mean(double[] values) {
        return Arrays.stream(values).average().orElseThrow();
    }

    /** The smallest value that at least a part q of all do not exceed. */
    static double quantile(double[] values, double q) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[(int) Math.ceil(q * sorted.length) - 1];
    }
}
