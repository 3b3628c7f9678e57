package io.langevin.quality;

import java.util.Random;

/** Features for tests. */
final class Vectors {
    private Vectors() {}

    /** N(shift, 1) in every direction. */
    static Features normal(int count, int dimension, double shift, long seed) {
        var random = new Random(seed);
        float[] values = new float[count * dimension];
        for (int k = 0; k < values.length; k++) {
            values[k] = (float) (shift + random.nextGaussian());
        }
        return new Features(dimension, values);
    }

    /** Points of the plane. */
    static Features plane(double... coordinates) {
        float[] values = new float[coordinates.length];
        for (int k = 0; k < values.length; k++) {
            values[k] = (float) coordinates[k];
        }
        return new Features(2, values);
    }

    static double product(Features a, int i, Features b, int j) {
        double sum = 0;
        for (int k = 0; k < a.dimension(); k++) {
            sum += (double) a.values()[i * a.dimension() + k] * b.values()[j * b.dimension() + k];
        }
        return sum;
    }

    static double distance(Features a, int i, Features b, int j) {
        double sum = 0;
        for (int k = 0; k < a.dimension(); k++) {
            double difference =
                    (double) a.values()[i * a.dimension() + k] - b.values()[j * b.dimension() + k];
            sum += difference * difference;
        }
        return Math.sqrt(sum);
    }
}
