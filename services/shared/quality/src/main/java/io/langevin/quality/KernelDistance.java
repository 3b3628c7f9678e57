package io.langevin.quality;

import java.util.Arrays;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/**
 * The squared maximum mean discrepancy under the kernel (x·y/d + 1)³ (Bińkowski et al. 2018,
 * section 4: the kernel inception distance, KID). Without bias, also for few images: 0 on average
 * where both sides are equally distributed, so it may be a little below 0. No unit; it depends on
 * the scale of the features.
 *
 * @param value mean over random subsets
 * @param standardError of that mean as an estimate for the distributions, not of the choice of
 *     subsets: √(m/(n−m)) times the deviation between subsets of m of n images, n on the smaller
 *     side (the delete-d jackknife of Shao and Wu 1989); too large rather than too small where both
 *     sides are equally distributed; 0 where subsets are everything
 */
public record KernelDistance(double value, double standardError) {
    private static final int SUBSETS = 100;
    private static final int LARGEST_SUBSET = 1000;

    /**
     * 100 subsets of half the smaller side, at most of 1000 images. Half, because subsets that are
     * everything would all be equal and would say nothing about the error.
     *
     * @param seed of the choice of subsets
     */
    public static KernelDistance between(Features a, Features b, long seed) {
        int smaller = Math.min(a.count(), b.count());
        return between(a, b, SUBSETS, Math.max(2, Math.min(LARGEST_SUBSET, smaller / 2)), seed);
    }

    /**
     * @param subsets how many, at least 1
     * @param subsetSize vectors drawn from each side without repetition, at least 2
     */
    public static KernelDistance between(
            Features a, Features b, int subsets, int subsetSize, long seed) {
        a.requireSameDimension(b);
        if (subsets < 1) {
            throw new IllegalArgumentException("subsets: must be at least 1, not " + subsets);
        }
        int smaller = Math.min(a.count(), b.count());
        if (subsetSize < 2 || subsetSize > smaller) {
            throw new IllegalArgumentException(
                    "subsetSize: must be from 2 to the smaller side's %d vectors, not %d"
                            .formatted(smaller, subsetSize));
        }
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        double[] values = new double[subsets];
        for (int i = 0; i < subsets; i++) {
            values[i] = unbiased(subset(a, subsetSize, random), subset(b, subsetSize, random));
        }
        double mean = Arrays.stream(values).average().orElseThrow();
        return new KernelDistance(mean, standardError(values, mean, subsetSize, smaller));
    }

    /** MMD² of all vectors, without bias (Gretton et al. 2012, lemma 6). */
    static double unbiased(Features a, Features b) {
        double m = a.count();
        double n = b.count();
        return within(a) / (m * (m - 1)) + within(b) / (n * (n - 1)) - 2 * across(a, b) / (m * n);
    }

    private static double standardError(double[] values, double mean, int subset, int count) {
        if (values.length < 2 || subset == count) {
            return 0;
        }
        double squares = Arrays.stream(values).map(v -> (v - mean) * (v - mean)).sum();
        return Math.sqrt(squares / (values.length - 1) * subset / (count - subset));
    }

    /** The first steps of a Fisher–Yates shuffle. */
    private static Features subset(Features all, int size, RandomGenerator random) {
        int[] rows = new int[all.count()];
        Arrays.setAll(rows, i -> i);
        for (int i = 0; i < size; i++) {
            int j = random.nextInt(i, rows.length);
            int row = rows[j];
            rows[j] = rows[i];
            rows[i] = row;
        }
        return all.rows(Arrays.copyOf(rows, size));
    }

    /** Σ k(x, y) over ordered pairs of different vectors of one side. */
    private static double within(Features all) {
        double[] sum = {0};
        Block.forEach(
                all,
                (block, products) -> {
                    for (int i = 0; i < block.first() + block.count(); i++) {
                        block.products(all, i, products);
                        for (int j = Math.max(0, i - block.first() + 1); j < block.count(); j++) {
                            sum[0] += kernel(products[j], all.dimension());
                        }
                    }
                });
        return 2 * sum[0];
    }

    private static double across(Features a, Features b) {
        double[] sum = {0};
        Block.forEach(
                b,
                (block, products) -> {
                    for (int i = 0; i < a.count(); i++) {
                        block.products(a, i, products);
                        for (int j = 0; j < block.count(); j++) {
                            sum[0] += kernel(products[j], a.dimension());
                        }
                    }
                });
        return sum[0];
    }

    private static double kernel(double product, int dimension) {
        double base = product / dimension + 1;
        return base * base * base;
    }
}
