package io.langevin.sampling.work;

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

    private Measurements() {}

    /** A thin decomposition; vectors are columns. */
    private record Svd(DMatrixRMaj u, double[] s, DMatrixRMaj v) {
        static Svd of(DMatrixRMaj matrix) {
            var svd =
                    DecompositionFactory_DDRM.svd(matrix.numRows, matrix.numCols, true, true, true);
            if (!svd.decompose(matrix.copy())) {
                throw new IllegalArgumentException("matrix: has no singular value decomposition");
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
     * Any matrix.
     *
     * @param matrix row by row
     * @param y a number for each row
     * @param noise standard deviation of each number of {@code y}
     */
    static Restoration dense(float[] matrix, int dimension, float[] y, double noise) {
        var a = new DMatrixRMaj(y.length, dimension);
        for (int i = 0; i < matrix.length; i++) {
            a.data[i] = matrix[i];
        }
        Svd svd = Svd.of(a);
        int rank = svd.s().length;
        float[] measured = new float[rank];
        float[] deviation = new float[rank];
        for (int i = 0; i < rank; i++) {
            double sum = 0;
            for (int row = 0; row < y.length; row++) {
                sum += svd.u().get(row, i) * y[row];
            }
            boolean seen = svd.s()[i] > NEGLIGIBLE * svd.s()[0];
            measured[i] = seen ? (float) (sum / svd.s()[i]) : 0;
            deviation[i] = seen ? (float) (noise / svd.s()[i]) : Float.POSITIVE_INFINITY;
        }
        CommonOps_DDRM.transpose(svd.v());
        return new Restoration(new DenseBasis(dimension, floats(svd.v())), measured, deviation);
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
