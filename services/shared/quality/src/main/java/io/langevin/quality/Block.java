package io.langevin.quality;

import java.util.Arrays;

/**
 * A few vectors beside each other, number by number: one vector meets them all in loops that the
 * virtual machine turns into vector instructions. Sums are in double.
 */
final class Block {
    private static final int MOST = 64;

    private final int first;
    private final int count;
    private final int dimension;
    private final double[] columns;

    private Block(Features features, int first) {
        this.first = first;
        this.count = Math.min(MOST, features.count() - first);
        this.dimension = features.dimension();
        this.columns = new double[dimension * count];
        for (int j = 0; j < count; j++) {
            for (int k = 0; k < dimension; k++) {
                columns[k * count + j] = features.values()[(first + j) * dimension + k];
            }
        }
    }

    /** What is done with each block; {@code numbers} is room for one number a vector. */
    interface Visitor {
        void visit(Block block, double[] numbers);
    }

    /** Cuts features into blocks, one at a time. */
    static void forEach(Features features, Visitor visitor) {
        double[] numbers = new double[MOST];
        for (int first = 0; first < features.count(); first += MOST) {
            visitor.visit(new Block(features, first), numbers);
        }
    }

    /** Number of the first vector among the features. */
    int first() {
        return first;
    }

    /** Vectors in this block. */
    int count() {
        return count;
    }

    /** ‖x − y‖² for vector x of {@code others} and every y of this block. */
    void squaredDistances(Features others, int vector, double[] numbers) {
        float[] values = others.values();
        int from = vector * dimension;
        Arrays.fill(numbers, 0, count, 0);
        int k = 0;
        for (; k + 3 < dimension; k += 4) {
            double a = values[from + k];
            double b = values[from + k + 1];
            double c = values[from + k + 2];
            double d = values[from + k + 3];
            int at = k * count;
            for (int j = 0; j < count; j++) {
                double p = a - columns[at + j];
                double q = b - columns[at + count + j];
                double r = c - columns[at + 2 * count + j];
                double s = d - columns[at + 3 * count + j];
                numbers[j] += p * p + q * q + r * r + s * s;
            }
        }
        for (; k < dimension; k++) {
            double a = values[from + k];
            for (int j = 0; j < count; j++) {
                double p = a - columns[k * count + j];
                numbers[j] += p * p;
            }
        }
    }

    /** x·y for vector x of {@code others} and every y of this block. */
    void products(Features others, int vector, double[] numbers) {
        float[] values = others.values();
        int from = vector * dimension;
        Arrays.fill(numbers, 0, count, 0);
        int k = 0;
        for (; k + 3 < dimension; k += 4) {
            double a = values[from + k];
            double b = values[from + k + 1];
            double c = values[from + k + 2];
            double d = values[from + k + 3];
            int at = k * count;
            for (int j = 0; j < count; j++) {
                numbers[j] +=
                        a * columns[at + j]
                                + b * columns[at + count + j]
                                + c * columns[at + 2 * count + j]
                                + d * columns[at + 3 * count + j];
            }
        }
        for (; k < dimension; k++) {
            double a = values[from + k];
            for (int j = 0; j < count; j++) {
                numbers[j] += a * columns[k * count + j];
            }
        }
    }
}
