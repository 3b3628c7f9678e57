package io.langevin.trajectory;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Keeps an image as it is after every so many rows, and at the end. */
public final class FilmStrip implements AfterRow {
    private final int everyRows;
    private final int dimension;
    private final List<float[]> frames = new ArrayList<>();

    /**
     * @param dimension D
     */
    public FilmStrip(int everyRows, int dimension) {
        if (everyRows < 1) {
            throw new IllegalArgumentException("everyRows: must be at least 1, not " + everyRows);
        }
        this.everyRows = everyRows;
        this.dimension = dimension;
    }

    /** How many frames a plan of so many rows leaves. */
    public static int frames(int rows, int everyRows) {
        return 1 + (rows - 1) / everyRows;
    }

    @Override
    public void afterRow(int rowsDone, double sigma, float[] x, int offset, ImageNoise noise) {
        if (rowsDone % everyRows == 0 || sigma == 0) {
            float[] frame = new float[dimension];
            System.arraycopy(x, offset, frame, 0, dimension);
            frames.add(frame);
        }
    }

    @Override
    public float[] gathered() {
        float[] gathered = new float[frames.size() * dimension];
        for (int n = 0; n < frames.size(); n++) {
            System.arraycopy(frames.get(n), 0, gathered, n * dimension, dimension);
        }
        return gathered;
    }

    @Override
    public void restore(float[] gathered) {
        if (gathered.length % dimension != 0) {
            throw new IllegalArgumentException(
                    "gathered: must be frames of %d numbers, not %d"
                            .formatted(dimension, gathered.length));
        }
        for (int from = 0; from < gathered.length; from += dimension) {
            frames.add(Arrays.copyOfRange(gathered, from, from + dimension));
        }
    }

    /**
     * The frames side by side, channel by channel, row by row.
     *
     * @param channels C of an image
     * @param size its height and width
     */
    public float[] picture(int channels, int size) {
        int width = frames.size() * size;
        float[] picture = new float[channels * size * width];
        for (int n = 0; n < frames.size(); n++) {
            for (int row = 0; row < channels * size; row++) {
                System.arraycopy(frames.get(n), row * size, picture, row * width + n * size, size);
            }
        }
        return picture;
    }
}
