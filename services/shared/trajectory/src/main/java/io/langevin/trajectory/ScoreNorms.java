package io.langevin.trajectory;

import java.util.Arrays;

/** Gathers log(‖f‖²/D) of every row. */
public final class ScoreNorms implements AfterRow {
    private float[] norms = new float[0];

    @Override
    public void evaluated(double sigma, float[] x, float[] f, int offset, int dimension) {
        double squares = 0;
        for (int k = offset; k < offset + dimension; k++) {
            squares += (double) f[k] * f[k];
        }
        norms = Arrays.copyOf(norms, norms.length + 1);
        norms[norms.length - 1] = (float) Math.log(squares / dimension);
    }

    @Override
    public void afterRow(int rowsDone, double sigma, float[] x, int offset, ImageNoise noise) {}

    @Override
    public float[] gathered() {
        return norms.clone();
    }

    @Override
    public void restore(float[] gathered) {
        norms = gathered.clone();
    }
}
