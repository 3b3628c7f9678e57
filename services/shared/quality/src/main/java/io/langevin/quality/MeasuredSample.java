package io.langevin.quality;

import java.util.stream.IntStream;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;

/**
 * Fréchet distances from a reference to a sample and to parts of it. Of n vectors x, fewer than
 * their dimension, the eigenvalues of FᵀCF that are not 0 are those of the n×n matrix of the
 * products ⟨Fᵀ(xᵢ−μ), Fᵀ(xⱼ−μ)⟩/(n−1): it is smaller, and that of a part is a piece of the whole
 * one, centred anew. Owned by one thread.
 */
final class MeasuredSample {
    private final FrechetDistance distance;
    private final Features features;

    /** The vectors without their mean, and the products of their images by Fᵀ; none if many. */
    private final DMatrixRMaj centred;

    private final DMatrixRMaj products;
    private final double[] mean;

    MeasuredSample(FrechetDistance distance, Features features) {
        this.distance = distance;
        this.features = features;
        int d = features.dimension();
        if (d != distance.reference().dimension()) {
            throw new IllegalArgumentException(
                    "features: must have the dimension %d of the reference, not %d"
                            .formatted(distance.reference().dimension(), d));
        }
        int count = isSmall(features.count()) ? features.count() : 0;
        mean = new double[d];
        for (int k = 0; k < count * d; k++) {
            mean[k % d] += features.values()[k] / (double) count;
        }
        centred = new DMatrixRMaj(count, d);
        for (int k = 0; k < count * d; k++) {
            centred.set(k, features.values()[k] - mean[k % d]);
        }
        products = new DMatrixRMaj(count, count);
        if (count > 0) {
            var images = new DMatrixRMaj(count, distance.factor().getNumCols());
            CommonOps_DDRM.mult(centred, distance.factor(), images);
            CommonOps_DDRM.multTransB(images, images, products);
        }
    }

    private boolean isSmall(int count) {
        return count < features.dimension() && distance.factor().getNumCols() > 0;
    }

    /** To all of it. */
    double whole() {
        return part(IntStream.range(0, features.count()).toArray());
    }

    /**
     * To a part of it.
     *
     * @param rows which vectors, at least two
     */
    double part(int[] rows) {
        if (!isSmall(features.count())) {
            return distance.to(GaussianStatistics.of(features.rows(rows)));
        }
        int n = rows.length;
        int d = features.dimension();
        double[] partMean = new double[d]; // beside the mean of all
        double squares = 0;
        for (int row : rows) {
            for (int k = 0; k < d; k++) {
                double value = centred.get(row, k);
                partMean[k] += value / n;
                squares += value * value;
            }
        }
        double between = 0;
        double ofMean = 0;
        for (int k = 0; k < d; k++) {
            double difference = distance.reference().mean()[k] - mean[k] - partMean[k];
            between += difference * difference;
            ofMean += partMean[k] * partMean[k];
        }
        double trace = (squares - n * ofMean) / (n - 1);
        double[] covariance = distance.reference().covariance();
        for (int k = 0; k < d; k++) {
            trace += covariance[k * d + k];
        }
        double roots = FrechetDistance.sumOfRoots(centredProducts(rows));
        return Math.max(0, between + trace - 2 * roots);
    }

    /** [n, n], divided by n − 1. */
    private DMatrixRMaj centredProducts(int[] rows) {
        int n = rows.length;
        double[] means = new double[n];
        double all = 0;
        for (int i = 0; i < n; i++) {
            for (int row : rows) {
                means[i] += products.get(rows[i], row) / n;
            }
            all += means[i] / n;
        }
        var part = new DMatrixRMaj(n, n);
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                double product = products.get(rows[i], rows[j]);
                part.set(i, j, (product - means[i] - means[j] + all) / (n - 1));
            }
        }
        return part;
    }
}
