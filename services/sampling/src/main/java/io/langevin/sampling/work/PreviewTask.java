package io.langevin.sampling.work;

import io.langevin.trajectory.AfterRow;
import io.langevin.trajectory.ImageNoise;
import java.util.function.BiConsumer;

/**
 * Hands out the denoised estimate after every so many rows, and does what else is to be done.
 *
 * @param preview takes rows done and pixels
 */
record PreviewTask(AfterRow task, int everyRows, BiConsumer<Integer, float[]> preview)
        implements AfterRow {
    @Override
    public void afterRow(int rowsDone, double sigma, float[] x, int offset, ImageNoise noise) {
        task.afterRow(rowsDone, sigma, x, offset, noise);
    }

    @Override
    public void evaluated(double sigma, float[] x, float[] f, int offset, int dimension) {
        task.evaluated(sigma, x, f, offset, dimension);
    }

    @Override
    public boolean wantsEstimate(int rowsDone) {
        return rowsDone % everyRows == 0;
    }

    @Override
    public void estimated(int rowsDone, float[] pixels) {
        preview.accept(rowsDone, pixels);
    }

    @Override
    public float[] gathered() {
        return task.gathered();
    }

    @Override
    public void restore(float[] gathered) {
        task.restore(gathered);
    }
}
