package io.langevin.sampling.networks;

import io.langevin.process.Futures;
import io.langevin.trajectory.ScoreNetwork;
import java.util.Arrays;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.LongSupplier;

/** How many images should share a network call. */
public final class BatchSize {
    /** More images a second than that are worth twice as many images in a call. */
    private static final double WORTHWHILE = 1.03;

    /** Fewer are no faster on any device, and too few to be measured while a process starts. */
    private static final int LEAST = 16;

    private static final int PASSES = 5;

    /**
     * Seconds of the longest call: whoever comes meanwhile waits for its end, and a few percent
     * more images a second, which may be chance, are not worth that.
     */
    private static final double LONGEST_CALL = 0.1;

    private BatchSize() {}

    /**
     * Measures calls of 16, 32, 64, … images of at most 0.1 seconds, as far as two doublings beyond
     * the last one that brought 3 % more images a second. It goes through all sizes several times
     * and keeps the fastest call of each: a process that starts has other work too.
     *
     * @param most never exceeded
     * @param device others call their networks between these calls
     * @return the largest size that brought 3 % more images a second than all smaller ones; 16
     *     where no larger call is short enough
     */
    static int measured(ScoreNetwork network, int most, Device device) {
        return measured(network, most, device, System::nanoTime);
    }

    static int measured(ScoreNetwork network, int most, Device device, LongSupplier nanoTime) {
        if (most <= LEAST) {
            return most;
        }
        SortedMap<Integer, Double> imagesPerSecond = new TreeMap<>();
        for (int pass = 0; pass < PASSES; pass++) {
            for (int n = LEAST;
                    n <= most
                            && n <= 4 * chosen(imagesPerSecond)
                            && isShort(n / 2, imagesPerSecond);
                    n *= 2) {
                if (!imagesPerSecond.containsKey(n)) {
                    seconds(network, n, device, nanoTime); // prepares this size
                }
                double rate = n / seconds(network, n, device, nanoTime);
                imagesPerSecond.merge(n, rate, Math::max);
            }
        }
        return chosen(imagesPerSecond);
    }

    private static int chosen(SortedMap<Integer, Double> imagesPerSecond) {
        int chosen = LEAST;
        double best = 0;
        for (var size : imagesPerSecond.entrySet()) {
            if (size.getValue() > WORTHWHILE * best && isShort(size.getKey(), imagesPerSecond)) {
                chosen = size.getKey();
                best = size.getValue();
            }
        }
        return chosen;
    }

    /** Whether the fastest call of a size was short enough; one that was not measured is. */
    private static boolean isShort(int size, SortedMap<Integer, Double> imagesPerSecond) {
        Double rate = imagesPerSecond.get(size);
        return rate == null || size / rate <= LONGEST_CALL;
    }

    /** The seconds of one call. */
    private static double seconds(
            ScoreNetwork network, int images, Device device, LongSupplier nanoTime) {
        float[] x = new float[images * network.dimension()];
        float[] f = new float[x.length];
        float[] sigma = new float[images];
        Arrays.fill(sigma, 1);
        return Futures.join(
                device.begin(
                        () -> {
                            long begin = nanoTime.getAsLong();
                            network.evaluate(x, sigma, f, images);
                            return (nanoTime.getAsLong() - begin) / 1e9;
                        }));
    }
}
