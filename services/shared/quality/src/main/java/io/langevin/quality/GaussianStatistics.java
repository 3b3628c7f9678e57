package io.langevin.quality;

import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;

/**
 * Mean and covariance of features, in double.
 *
 * @param mean μ, d numbers
 * @param covariance C, d·d numbers, row by row, symmetric; divided by N − 1, so without bias
 */
public record GaussianStatistics(double[] mean, double[] covariance) {
    public GaussianStatistics {
        if (mean.length < 1) {
            throw new IllegalArgumentException("mean: must hold at least 1 number, not 0");
        }
        if (covariance.length != (long) mean.length * mean.length) {
            throw new IllegalArgumentException(
                    "covariance: must hold %d·%d numbers, not %d"
                            .formatted(mean.length, mean.length, covariance.length));
        }
    }

    /** Returns the statistics of features that are all here. */
    public static GaussianStatistics of(Features features) {
        var sums = new Accumulator(features.dimension());
        sums.add(features);
        return sums.statistics();
    }

    /** Numbers of a vector, d. */
    public int dimension() {
        return mean.length;
    }

    /**
     * Takes features part by part and keeps only sums. Each part is centred on its own mean before
     * it is squared, and parts are joined by formula (2.1b) of Chan, Golub and LeVeque 1983, so
     * that large means cost no digits. Owned by one thread.
     */
    public static final class Accumulator {
        private static final int PART = 512;

        private final double[] mean;
        private final DMatrixRMaj squares;
        private long count;

        public Accumulator(int dimension) {
            mean = new double[dimension];
            squares = new DMatrixRMaj(dimension, dimension);
        }

        /** Adds vectors of this dimension. */
        public void add(Features features) {
            if (features.dimension() != mean.length) {
                throw new IllegalArgumentException(
                        "features: must have the dimension %d, not %d"
                                .formatted(mean.length, features.dimension()));
            }
            for (int first = 0; first < features.count(); first += PART) {
                join(features, first, Math.min(PART, features.count() - first));
            }
        }

        /**
         * Mean and covariance of everything so far.
         *
         * @throws IllegalArgumentException where that is fewer than 2 vectors
         */
        public GaussianStatistics statistics() {
            if (count < 2) {
                throw new IllegalArgumentException(
                        "features: must hold at least 2 vectors, not " + count);
            }
            double[] covariance = squares.getData().clone();
            for (int k = 0; k < covariance.length; k++) {
                covariance[k] /= count - 1;
            }
            return new GaussianStatistics(mean.clone(), covariance);
        }

        private void join(Features features, int first, int part) {
            int d = mean.length;
            double[] partMean = mean(features, first, part);
            var centred = new DMatrixRMaj(part, d);
            for (int i = 0; i < part; i++) {
                for (int k = 0; k < d; k++) {
                    centred.set(i, k, features.values()[(first + i) * d + k] - partMean[k]);
                }
            }
            var partSquares = new DMatrixRMaj(d, d);
            CommonOps_DDRM.multInner(centred, partSquares);
            CommonOps_DDRM.addEquals(squares, partSquares);

            double weight = (double) count * part / (count + part);
            for (int k = 0; k < d; k++) {
                partMean[k] -= mean[k];
            }
            for (int k = 0; k < d; k++) {
                for (int l = 0; l < d; l++) {
                    squares.add(k, l, weight * partMean[k] * partMean[l]);
                }
            }
            count += part;
            for (int k = 0; k < d; k++) {
                mean[k] += partMean[k] * part / count;
            }
        }

        private static double[] mean(Features features, int first, int part) {
            int d = features.dimension();
            double[] mean = new double[d];
            for (int k = first * d; k < (first + part) * d; k++) {
                mean[k % d] += features.values()[k];
            }
            for (int k = 0; k < d; k++) {
                mean[k] /= part;
            }
            return mean;
        }
    }
}
