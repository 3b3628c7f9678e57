package io.langevin.trajectory;

/**
 * The state of an image between two rows.
 *
 * @param row the next one
 * @param x D numbers
 * @param kept what an earlier row kept: D numbers, or none
 * @param drawn random numbers drawn, see {@link ImageNoise#drawn}
 * @param gathered by its task, see {@link AfterRow#gathered}
 */
public record Saved(int row, float[] x, float[] kept, long[] drawn, float[] gathered) {}
