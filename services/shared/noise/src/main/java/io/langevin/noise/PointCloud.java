package io.langevin.noise;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * Points ordered by their distance to the centroid, farthest first. Radii are rounded up by 1e-9 of
 * themselves, so that rounding never makes a bound too small.
 */
final class PointCloud {
    private static final double SAFETY = 1 + 1e-9;

    private final float[] points;
    private final int dimension;
    private final double[] centroid;
    private final int[] order;
    private final double[] radii;

    private PointCloud(
            float[] points, int dimension, double[] centroid, int[] order, double[] radii) {
        this.points = points;
        this.dimension = dimension;
        this.centroid = centroid;
        this.order = order;
        this.radii = radii;
    }

    static PointCloud of(float[] points, int dimension) {
        int n = count(points, dimension);
        double[] centroid = new double[dimension];
        for (int i = 0; i < n; i++) {
            for (int k = 0; k < dimension; k++) {
                centroid[k] += points[i * dimension + k];
            }
        }
        for (int k = 0; k < dimension; k++) {
            centroid[k] /= n;
        }
        double[] unordered = new double[n];
        for (int i = 0; i < n; i++) {
            double sum = 0;
            for (int k = 0; k < dimension; k++) {
                double difference = points[i * dimension + k] - centroid[k];
                sum += difference * difference;
            }
            unordered[i] = Math.sqrt(sum) * SAFETY;
        }
        if (!Double.isFinite(Arrays.stream(unordered).sum())) {
            throw new IllegalArgumentException("points: must be finite");
        }
        int[] order =
                IntStream.range(0, n)
                        .boxed()
                        .sorted(Comparator.comparingDouble(i -> -unordered[i]))
                        .mapToInt(Integer::intValue)
                        .toArray();
        double[] radii = IntStream.of(order).mapToDouble(i -> unordered[i]).toArray();
        return new PointCloud(points, dimension, centroid, order, radii);
    }

    static int count(float[] points, int dimension) {
        if (dimension < 1 || points.length % dimension != 0 || points.length / dimension < 2) {
            throw new IllegalArgumentException(
                    "points: need at least 2 points of %d coordinates, not %d numbers"
                            .formatted(dimension, points.length));
        }
        return points.length / dimension;
    }

    int size() {
        return order.length;
    }

    int dimension() {
        return dimension;
    }

    /** Where the i-th farthest point stands in the caller's array. */
    int index(int i) {
        return order[i];
    }

    double radius(int i) {
        return radii[i];
    }

    double distance(int i, int j) {
        return distance(points, order[i], order[j], dimension);
    }

    /** Coordinate {@code k} of the i-th farthest point, the centroid subtracted. */
    double centred(int i, int k) {
        return points[order[i] * dimension + k] - centroid[k];
    }

    /**
     * A long pair to start from: from several outer points, walk to the farthest point until it
     * stops growing.
     */
    PointPair farthestPairBySweeps() {
        PointPair best = new PointPair(distance(0, 1), order[0], order[1]);
        for (int start = 0; start < Math.min(8, size()); start++) {
            int from = start;
            double reached = 0;
            while (true) {
                int to = farthestFrom(from);
                double distance = distance(from, to);
                if (distance > best.distance()) {
                    best = new PointPair(distance, order[from], order[to]);
                }
                if (distance <= reached) {
                    break;
                }
                reached = distance;
                from = to;
            }
        }
        return best;
    }

    private int farthestFrom(int from) {
        int farthest = from == 0 ? 1 : 0;
        double reached = distance(from, farthest);
        for (int j = 0; j < size() && radii[from] + radii[j] > reached; j++) {
            double distance = distance(from, j);
            if (distance > reached) {
                reached = distance;
                farthest = j;
            }
        }
        return farthest;
    }

    /** How many pairs the radii alone cannot rule out. */
    long pairsThatCouldExceed(double distance) {
        long pairs = 0;
        int j = size();
        for (int i = 0; i < size(); i++) {
            while (j > 0 && radii[i] + radii[j - 1] <= distance) {
                j--;
            }
            pairs += Math.max(0, j - 1 - i);
        }
        return pairs;
    }

    /** Four running sums: the additions need not wait for one another. */
    static double distance(float[] points, int i, int j, int dimension) {
        int p = i * dimension;
        int q = j * dimension;
        double s0 = 0;
        double s1 = 0;
        double s2 = 0;
        double s3 = 0;
        int k = 0;
        for (; k + 3 < dimension; k += 4) {
            double d0 = points[p + k] - points[q + k];
            double d1 = points[p + k + 1] - points[q + k + 1];
            double d2 = points[p + k + 2] - points[q + k + 2];
            double d3 = points[p + k + 3] - points[q + k + 3];
            s0 += d0 * d0;
            s1 += d1 * d1;
            s2 += d2 * d2;
            s3 += d3 * d3;
        }
        for (; k < dimension; k++) {
            double d = points[p + k] - points[q + k];
            s0 += d * d;
        }
        return Math.sqrt(s0 + s1 + s2 + s3);
    }
}
