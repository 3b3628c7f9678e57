package io.langevin.noise;

import java.util.SplittableRandom;

/**
 * An upper bound on distances from the coordinates on a few directions that hold most of the
 * variance: |x−y|² ≤ |Px−Py|² + (sₓ+s_y)², where s is the length of what the projection P leaves
 * out. Valid for any orthonormal directions; the nearer they are to the principal axes, the
 * tighter.
 */
final class PrincipalBound {
    private static final int AXES = 24;
    private static final int SAMPLE = 1_000;
    private static final int ITERATIONS = 6;
    private static final double SAFETY = 1 + 1e-9;

    private final int axes;
    private final double[] projected;
    private final double[] remainders;

    private PrincipalBound(int axes, double[] projected, double[] remainders) {
        this.axes = axes;
        this.projected = projected;
        this.remainders = remainders;
    }

    static PrincipalBound of(PointCloud cloud) {
        int axes = Math.min(AXES, cloud.dimension());
        double[][] directions = principalAxes(cloud, axes);
        double[] projected = new double[cloud.size() * axes];
        double[] remainders = new double[cloud.size()];
        double[] point = new double[cloud.dimension()];
        for (int i = 0; i < cloud.size(); i++) {
            for (int k = 0; k < point.length; k++) {
                point[k] = cloud.centred(i, k);
            }
            double left = cloud.radius(i) * cloud.radius(i);
            for (int a = 0; a < axes; a++) {
                double coordinate = dot(directions[a], point);
                projected[i * axes + a] = coordinate;
                left -= coordinate * coordinate;
            }
            remainders[i] = Math.sqrt(Math.max(0, left)) + 1e-7 * cloud.radius(i);
        }
        return new PrincipalBound(axes, projected, remainders);
    }

    double squaredDistanceAtMost(int i, int j) {
        double rest = remainders[i] + remainders[j];
        double sum = rest * rest;
        for (int a = 0; a < axes; a++) {
            double difference = projected[i * axes + a] - projected[j * axes + a];
            sum += difference * difference;
        }
        return sum * SAFETY;
    }

    /** Orthogonal iteration on the covariance of an evenly spaced sample. */
    private static double[][] principalAxes(PointCloud cloud, int axes) {
        int rows = Math.min(SAMPLE, cloud.size());
        double[][] sample = new double[rows][cloud.dimension()];
        for (int r = 0; r < rows; r++) {
            int i = (int) ((long) r * cloud.size() / rows);
            for (int k = 0; k < cloud.dimension(); k++) {
                sample[r][k] = cloud.centred(i, k);
            }
        }
        var random = new SplittableRandom(1);
        double[][] directions = new double[axes][cloud.dimension()];
        for (double[] direction : directions) {
            for (int k = 0; k < direction.length; k++) {
                direction[k] = random.nextDouble() - 0.5;
            }
        }
        orthonormalise(directions);
        for (int iteration = 0; iteration < ITERATIONS; iteration++) {
            for (int a = 0; a < axes; a++) {
                directions[a] = covarianceTimes(sample, directions[a]);
            }
            orthonormalise(directions);
        }
        return directions;
    }

    private static double[] covarianceTimes(double[][] sample, double[] direction) {
        double[] product = new double[direction.length];
        for (double[] row : sample) {
            double weight = dot(row, direction);
            for (int k = 0; k < product.length; k++) {
                product[k] += weight * row[k];
            }
        }
        return product;
    }

    /** Modified Gram-Schmidt, twice for stability; a direction that vanishes stays zero. */
    private static void orthonormalise(double[][] directions) {
        for (int a = 0; a < directions.length; a++) {
            double before = Math.sqrt(dot(directions[a], directions[a]));
            for (int pass = 0; pass < 2; pass++) {
                for (int b = 0; b < a; b++) {
                    subtract(directions[a], directions[b], dot(directions[a], directions[b]));
                }
            }
            double length = Math.sqrt(dot(directions[a], directions[a]));
            double scale = length > 1e-9 * before ? 1 / length : 0;
            for (int k = 0; k < directions[a].length; k++) {
                directions[a][k] *= scale;
            }
        }
    }

    private static void subtract(double[] from, double[] direction, double weight) {
        for (int k = 0; k < from.length; k++) {
            from[k] -= weight * direction[k];
        }
    }

    private static double dot(double[] x, double[] y) {
        double s0 = 0;
        double s1 = 0;
        double s2 = 0;
        double s3 = 0;
        int k = 0;
        for (; k + 3 < x.length; k += 4) {
            s0 += x[k] * y[k];
            s1 += x[k + 1] * y[k + 1];
            s2 += x[k + 2] * y[k + 2];
            s3 += x[k + 3] * y[k + 3];
        }
        for (; k < x.length; k++) {
            s0 += x[k] * y[k];
        }
        return s0 + s1 + s2 + s3;
    }
}
