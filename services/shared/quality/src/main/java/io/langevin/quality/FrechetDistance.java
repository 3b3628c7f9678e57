package io.langevin.quality;

import java.util.Arrays;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;
import org.ejml.interfaces.decomposition.EigenDecomposition_F64;

/**
 * The squared Fréchet distance between two Gaussians, ‖μ₁−μ₂‖² + tr(C₁ + C₂ − 2(C₁C₂)^½) (Dowson
 * and Landau 1982); on Inception's features it is the FID of Heusel et al. 2017. In squared units
 * of the features; 0 for equal statistics; biased upwards the fewer images there are, so compare
 * only distances from equally many.
 *
 * <p>tr (C₁C₂)^½ is the sum of the roots of the eigenvalues of FᵀC₂F, where C₁ = FFᵀ: those are the
 * eigenvalues of C₁C₂ that are not 0. F comes from the symmetric eigen-decomposition of C₁ without
 * the eigenvalues that are 0 but for rounding, so singular covariances are as good as others. F is
 * found once, then measured against as often as asked for. Safe to use from several threads.
 */
public final class FrechetDistance {
    private final GaussianStatistics reference;
    private final DMatrixRMaj factor;

    /** Prepares the distance to a reference. */
    public FrechetDistance(GaussianStatistics reference) {
        this.reference = reference;
        this.factor = factor(matrix(reference));
    }

    /** Between two, when there are only two. */
    public static double between(GaussianStatistics a, GaussianStatistics b) {
        return new FrechetDistance(a).to(b);
    }

    /** Returns the distance from the reference to other statistics; it is never below 0. */
    public double to(GaussianStatistics other) {
        if (other.dimension() != reference.dimension()) {
            throw new IllegalArgumentException(
                    "dimension: must be the same on both sides, not %d and %d"
                            .formatted(reference.dimension(), other.dimension()));
        }
        double distance = 0;
        for (int k = 0; k < reference.dimension(); k++) {
            double difference = reference.mean()[k] - other.mean()[k];
            distance += difference * difference;
        }
        DMatrixRMaj covariance = matrix(other);
        distance += CommonOps_DDRM.trace(matrix(reference)) + CommonOps_DDRM.trace(covariance);
        return Math.max(0, distance - 2 * traceOfRoot(covariance));
    }

    GaussianStatistics reference() {
        return reference;
    }

    /** F, d rows. */
    DMatrixRMaj factor() {
        return factor;
    }

    private double traceOfRoot(DMatrixRMaj covariance) {
        if (factor.getNumCols() == 0) {
            return 0;
        }
        var half = new DMatrixRMaj(factor.getNumRows(), factor.getNumCols());
        CommonOps_DDRM.mult(covariance, factor, half);
        var product = new DMatrixRMaj(factor.getNumCols(), factor.getNumCols());
        CommonOps_DDRM.multTransA(factor, half, product);
        return sumOfRoots(product);
    }

    /** The sum of the roots of a symmetric matrix's eigenvalues, none of which is below 0. */
    static double sumOfRoots(DMatrixRMaj symmetric) {
        EigenDecomposition_F64<DMatrixRMaj> eigen = decompose(symmetric, false);
        int count = eigen.getNumberOfEigenvalues();
        double[] values = new double[count];
        for (int i = 0; i < count; i++) {
            values[i] = eigen.getEigenvalue(i).getReal();
        }
        // what is 0 but for rounding has a root that is not
        double zero = count * Math.ulp(Arrays.stream(values).max().orElse(0));
        return Arrays.stream(values).filter(value -> value > zero).map(Math::sqrt).sum();
    }

    /** F = V·Λ^½ [d, rank]. */
    private static DMatrixRMaj factor(DMatrixRMaj covariance) {
        EigenDecomposition_F64<DMatrixRMaj> eigen = decompose(covariance, true);
        int d = covariance.getNumRows();
        double largest = 0;
        for (int i = 0; i < d; i++) {
            largest = Math.max(largest, eigen.getEigenvalue(i).getReal());
        }
        var factor = new DMatrixRMaj(d, d);
        int rank = 0;
        for (int i = 0; i < d; i++) {
            double value = eigen.getEigenvalue(i).getReal();
            if (value > d * Math.ulp(largest)) {
                DMatrixRMaj vector = eigen.getEigenVector(i);
                for (int k = 0; k < d; k++) {
                    factor.set(rank, k, vector.get(k) * Math.sqrt(value));
                }
                rank++;
            }
        }
        factor.reshape(rank, d);
        return CommonOps_DDRM.transpose(factor, null);
    }

    private static EigenDecomposition_F64<DMatrixRMaj> decompose(
            DMatrixRMaj symmetric, boolean vectors) {
        EigenDecomposition_F64<DMatrixRMaj> eigen =
                DecompositionFactory_DDRM.eig(symmetric.getNumRows(), vectors, true);
        if (!eigen.decompose(symmetric.copy())) {
            throw new IllegalArgumentException(
                    "covariance: must have an eigen-decomposition, but none was found for %d×%d"
                            .formatted(symmetric.getNumRows(), symmetric.getNumCols()));
        }
        return eigen;
    }

    private static DMatrixRMaj matrix(GaussianStatistics statistics) {
        int d = statistics.dimension();
        return DMatrixRMaj.wrap(d, d, statistics.covariance());
    }
}
