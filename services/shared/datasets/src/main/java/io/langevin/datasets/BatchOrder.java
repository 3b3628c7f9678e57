package io.langevin.datasets;

import java.util.SplittableRandom;

/**
 * Which images make up which batch: every epoch in another order, decided by the seed and the step
 * alone, so that a resumed training sees the images it would have seen.
 */
public final class BatchOrder {
    private final ImageDataset data;
    private final int batchSize;
    private final boolean flip;
    private final long seed;
    private long epoch = -1;
    private int[] order = new int[0];

    public BatchOrder(ImageDataset data, int batchSize, boolean flip, long seed) {
        this.data = data;
        this.batchSize = batchSize;
        this.flip = flip;
        this.seed = seed;
    }

    /** Images of a step, counted from 1: batchSize·D numbers. */
    public float[] batch(long step) {
        float[] images = new float[batchSize * data.dimension()];
        var mirror = new SplittableRandom(seed * 31 + step);
        long first = (step - 1) * batchSize;
        for (int i = 0; i < batchSize; i++) {
            boolean mirrored = flip && mirror.nextBoolean();
            data.copyInto(images, i * data.dimension(), index(first + i), mirrored);
        }
        return images;
    }

    private int index(long position) {
        long wanted = position / data.size();
        if (wanted != epoch) {
            order = shuffled(data.size(), new SplittableRandom(seed * 17 + wanted));
            epoch = wanted;
        }
        return order[(int) (position % data.size())];
    }

    /** Fisher and Yates. */
    private static int[] shuffled(int size, SplittableRandom random) {
        int[] order = new int[size];
        for (int i = 0; i < size; i++) {
            int j = random.nextInt(i + 1);
            order[i] = order[j];
            order[j] = i;
        }
        return order;
    }
}
