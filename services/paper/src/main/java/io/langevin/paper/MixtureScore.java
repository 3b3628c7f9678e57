package io.langevin.paper;

import io.langevin.trajectory.ScoreNetwork;

/**
 * The exact score of a mixture of as many equal Gaussians as there are images, each centred on one
 * (the paper, Proposition 1): s(x, σ) = Σ r⁽ⁱ⁾(x)·(x⁽ⁱ⁾ − x)/σ².
 *
 * @param centres N·D numbers
 */
record MixtureScore(float[] centres, int dimension) implements ScoreNetwork {
    @Override
    public void evaluate(float[] x, float[] sigma, float[] f, int count) {
        int components = centres.length / dimension;
        double[] exponents = new double[components];
        for (int n = 0; n < count; n++) {
            int at = n * dimension;
            double largest = Double.NEGATIVE_INFINITY;
            for (int i = 0; i < components; i++) {
                exponents[i] = -squaredDistance(x, at, i) / (2.0 * sigma[n] * sigma[n]);
                largest = Math.max(largest, exponents[i]);
            }
            double[] mean = new double[dimension];
            double sum = 0;
            for (int i = 0; i < components; i++) {
                double r = Math.exp(exponents[i] - largest);
                if (r < 1e-12) {
                    continue; // below what a float can show
                }
                sum += r;
                for (int k = 0; k < dimension; k++) {
                    mean[k] += r * centres[i * dimension + k];
                }
            }
            for (int k = 0; k < dimension; k++) {
                f[at + k] = (float) ((mean[k] / sum - x[at + k]) / sigma[n]);
            }
        }
    }

    private double squaredDistance(float[] x, int at, int component) {
        float sum = 0;
        int from = component * dimension;
        for (int k = 0; k < dimension; k++) {
            float d = x[at + k] - centres[from + k];
            sum += d * d;
        }
        return sum;
    }
}
