package io.langevin.trajectory;

import java.util.Arrays;

/**
 * Gathers log(‖f(x₀ + σz, σ) + z‖²/D) of every row, how far the network is from the noise z that
 * was added to an image x₀: its loss at σ. The row that is evaluated at x₀ itself has log(‖f‖²/D).
 */
public final class DenoisingErrors implements AfterRow {
    private final float[] image;
    private float[] errors = new float[0];

    /**
     * @param image x₀, D numbers
     */
    public DenoisingErrors(float[] image) {
        this.image = image;
    }

    @Override
    public void evaluated(double sigma, float[] x, float[] f, int offset, int dimension) {
        double squares = 0;
        for (int k = 0; k < dimension; k++) {
            double z = (x[offset + k] - image[k]) / sigma;
            squares += Math.pow(f[offset + k] + z, 2);
        }
        errors = Arrays.copyOf(errors, errors.length + 1);
        errors[errors.length - 1] = (float) Math.log(squares / dimension);
    }

    @Override
    public void afterRow(int rowsDone, double sigma, float[] x, int offset, ImageNoise noise) {}

    @Override
    public float[] gathered() {
        return errors.clone();
    }

    @Override
    public void restore(float[] gathered) {
        errors = gathered.clone();
    }
}
