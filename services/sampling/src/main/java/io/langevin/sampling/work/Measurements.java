package io.langevin.sampling.work;

import io.langevin.messaging.rules.RejectedException;
import io.langevin.trajectory.ChannelMeanBasis;
import io.langevin.trajectory.DenseBasis;
import io.langevin.trajectory.Restoration;
import io.langevin.trajectory.SeparableBasis;
import java.util.Arrays;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.ejml.dense.row.SingularOps_DDRM;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;

/** Decomposes linear measurements A = U·S·Vᵀ and what was measured with them. */
final class Measurements {
    /** Singular values below this part of the largest are rounding. */
    private static final double NEGLIGIBLE = 1e-7;

    /** Those of A·Aᵀ are known to half as many digits. */
    private static final double NEGLIGIBLE_IN_GRAM = 1e-6;

    private Measurements() {}

    /** A thin decomposition; vectors are columns. */
    private record Svd(DMatrixRMaj u, double[] s, DMatrixRMaj v) {
        static Svd of(DMatrixRMaj matrix) {
            var svd =
                    DecompositionFactory_DDRM.svd(matrix.numRows, matrix.numCols, true, true, true);
            if (!svd.decompose(matrix.copy())) {
                throw new RejectedException("task: its measurement cannot be decomposed");
            }
            DMatrixRMaj u = svd.getU(null, false);
            DMatrixRMaj v = svd.getV(null, false);
            double[] s = Arrays.copyOf(svd.getSingularValues(), svd.numberOfSingularValues());
            SingularOps_DDRM.descendingOrder(u, false, s, s.length, v, false);
            return new Svd(u, s, v);
        }
    }

    /**
     * K·X·Kᵀ in every channel.
     *
     * @param k m rows of as many numbers as the image has pixels a side
     * @param y m·m numbers a channel
     * @param noise standard deviation of each number of {@code y}
     */
    static Restoration separable(double[][] k, int channels, float[] y, double noise) {
        Svd svd = Svd.of(new DMatrixRMaj(k));
        int m = k.length;
        int rank = svd.s().length;
        float[] measured = new float[channels * rank * rank];
        float[] deviation = new float[measured.length];
        double least = NEGLIGIBLE * svd.s()[0] * svd.s()[0];
        for (int c = 0; c < channels; c++) {
            var channel = new DMatrixRMaj(m, m);
            for (int i = 0; i < m * m; i++) {
                channel.data[i] = y[c * m * m + i];
            }
            var half = new DMatrixRMaj(rank, m);
            CommonOps_DDRM.multTransA(svd.u(), channel, half);
            var coefficients = new DMatrixRMaj(rank, rank);
            CommonOps_DDRM.mult(half, svd.u(), coefficients);
            for (int i = 0; i < rank; i++) {
                for (int j = 0; j < rank; j++) {
                    int at = (c * rank + i) * rank + j;
                    double s = svd.s()[i] * svd.s()[j];
                    measured[at] = s > least ? (float) (coefficients.get(i, j) / s) : 0;
                    deviation[at] = s > least ? (float) (noise / s) : Float.POSITIVE_INFINITY;
                }
            }
        }
        int side = k[0].length;
        return new Restoration(
                new SeparableBasis(channels, side, rank, floats(svd.v())), measured, deviation);
    }

    /** The average over channels, whose one singular value is 1/√C. */
    static Restoration channelMean(int channels, float[] y, double noise) {
        float length = (float) Math.sqrt(channels);
        float[] measured = new float[y.length];
        for (int i = 0; i < y.length; i++) {
            measured[i] = length * y[i];
        }
        float[] deviation = new float[y.length];
        Arrays.fill(deviation, (float) (noise * length));
        return new Restoration(new ChannelMeanBasis(channels, y.length), measured, deviation);
    }

    /**
     * Any matrix A, by the eigenvectors of A·Aᵀ = U·S²·Uᵀ: it is small where A has few rows.
     *
     * @param matrix row by row
     * @param y a number for each row
     * @param noise standard deviation of each number of {@code y}
     */
    static Restoration dense(float[] matrix, int dimension, float[] y, double noise) {
        int rows = y.length;
        var eigen = DecompositionFactory_DDRM.eig(rows, true, true);
        if (!eigen.decompose(gram(matrix, dimension, rows))) {
            throw new RejectedException("task.matrix: has no singular value decomposition");
        }
        double largest = 0;
        for (int i = 0; i < rows; i++) {
            largest = Math.max(largest, eigen.getEigenvalue(i).getReal());
        }
        float[] vectors = new float[rows * dimension];
        float[] measured = new float[rows];
        float[] deviation = new float[rows];
        for (int i = 0; i < rows; i++) {
            double s = Math.sqrt(Math.max(0, eigen.getEigenvalue(i).getReal()));
            deviation[i] = Float.POSITIVE_INFINITY;
            if (!(s > NEGLIGIBLE_IN_GRAM * Math.sqrt(largest))) {
                continue;
            }
            DMatrixRMaj u = eigen.getEigenVector(i);
            double sum = 0;
            for (int row = 0; row < rows; row++) {
                double weight = u.data[row] / s;
                sum += weight * y[row];
                for (int k = 0; k < dimension; k++) {
                    vectors[i * dimension + k] += (float) (weight * matrix[row * dimension + k]);
                }
            }
            measured[i] = (float) sum;
            deviation[i] = (float) (noise / s);
        }
        return new Restoration(new DenseBasis(dimension, vectors), measured, deviation);
    }

    private static DMatrixRMaj gram(float[] matrix, int dimension, int rows) {
        var gram = new DMatrixRMaj(rows, rows);
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j <= i; j++) {
                double sum = 0;
                for (int k = 0; k < dimension; k++) {
                    sum += (double) matrix[i * dimension + k] * matrix[j * dimension + k];
                }
                gram.set(i, j, sum);
                gram.set(j, i, sum);
            }
        }
        return gram;
    }

    /** Rows that blur a line of pixels with a Gaussian; the line goes on as its mirror image. */
    static double[][] gaussian(int size, double deviation) {
        double[][] rows = new double[size][size];
        int reach = (int) Math.ceil(4 * deviation);
        for (int i = 0; i < size; i++) {
            double sum = 0;
            for (int j = i - reach; j <= i + reach; j++) {
                sum += weight(i - j, deviation);
            }
            for (int j = i - reach; j <= i + reach; j++) {
                int within = Math.floorMod(j, 2 * size);
                int at = within < size ? within : 2 * size - 1 - within;
                rows[i][at] += weight(i - j, deviation) / sum;
            }
        }
        return rows;
    }

    private static double weight(int distance, double deviation) {
        return Math.exp(-0.5 * distance * distance / (deviation * deviation));
    }

    private static float[] floats(DMatrixRMaj matrix) {
        float[] floats = new float[matrix.getNumElements()];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = (float) matrix.data[i];
        }
        return floats;
    }
}
