package io.langevin.noise;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Technique 1: σ₁ is the largest Euclidean distance between two training images (the paper, section
 * 3.1), found exactly.
 *
 * @param maximumDistance the distance, in pixel units
 * @param first one of the two images at that distance
 * @param second the other
 */
public record InitialNoiseScale(double maximumDistance, int first, int second) {

    /**
     * Exact by pruning, not by sampling. Points are visited by their distance r to the centroid,
     * farthest first; since |x−y| ≤ rₓ + r_y, the scan ends where no later pair can be longer than
     * the best one known, and {@link PrincipalBound} discards most of the pairs before that.
     *
     * @param points n·d coordinates, point after point
     * @param dimension d
     */
    public static InitialNoiseScale of(float[] points, int dimension) {
        PointPair farthest = farthest(PointCloud.of(points, dimension));
        return new InitialNoiseScale(farthest.distance(), farthest.first(), farthest.second());
    }

    private static PointPair farthest(PointCloud cloud) {
        PointPair best = cloud.farthestPairBySweeps();
        if (cloud.pairsThatCouldExceed(best.distance()) == 0) {
            return best;
        }
        PrincipalBound bound = PrincipalBound.of(cloud);
        for (int i = 0; i < cloud.size(); i++) {
            for (int j = i + 1; j < cloud.size(); j++) {
                if (cloud.radius(i) + cloud.radius(j) <= best.distance()) {
                    break;
                }
                if (bound.squaredDistanceAtMost(i, j) <= square(best.distance())) {
                    continue;
                }
                double distance = cloud.distance(i, j);
                if (distance > best.distance()) {
                    best = new PointPair(distance, cloud.index(i), cloud.index(j));
                }
            }
        }
        return best;
    }

    /**
     * Median distance of {@code pairs} pairs drawn at random: how far the data spreads, reported
     * beside σ₁.
     */
    public static double medianDistance(float[] points, int dimension, int pairs, long seed) {
        int n = PointCloud.count(points, dimension);
        var random = new SplittableRandom(seed);
        double[] distances = new double[pairs];
        for (int k = 0; k < pairs; k++) {
            int i = random.nextInt(n);
            int j = (i + 1 + random.nextInt(n - 1)) % n;
            distances[k] = PointCloud.distance(points, i, j, dimension);
        }
        Arrays.sort(distances);
        return distances[pairs / 2];
    }

    private static double square(double x) {
        return x * x;
    }
}
