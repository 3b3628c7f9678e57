package io.langevin.noise;

/**
 * Two points of a cloud.
 *
 * @param distance between them
 * @param first where the one stands among the points as they were given
 * @param second where the other does
 */
record PointPair(double distance, int first, int second) {}
