package io.langevin.quality;

import java.util.Arrays;

/**
 * The nearest vectors of a reference to each of some queries, found exactly; with {@link
 * ImageSet#asFeatures()} the training images that generated ones resemble most (Song and Ermon
 * 2020, appendix C.5).
 *
 * @param k neighbours a query
 * @param indices k numbers of reference vectors a query, nearest first, the lower number first
 *     where two are equally far
 * @param distances their Euclidean distances, in the unit of the features
 */
public record NearestNeighbours(int k, int[] indices, double[] distances) {

    /**
     * @param k from 1 to the number of reference vectors
     */
    public static NearestNeighbours of(Features queries, Features reference, int k) {
        queries.requireSameDimension(reference);
        requireNeighbours(k, reference.count());
        return search(queries, reference, k, false);
    }

    /**
     * The distances of every vector among the others of its set.
     *
     * @param k from 1 to one less than the number of vectors
     */
    public static NearestNeighbours amongOthers(Features features, int k) {
        requireNeighbours(k, features.count() - 1);
        return search(features, features, k, true);
    }

    /** Number of the reference vector that is {@code rank}th nearest, from 0. */
    public int index(int query, int rank) {
        return indices[query * k + rank];
    }

    /** Distance to the reference vector that is {@code rank}th nearest, from 0. */
    public double distance(int query, int rank) {
        return distances[query * k + rank];
    }

    private static void requireNeighbours(int k, int most) {
        if (k < 1 || k > most) {
            throw new IllegalArgumentException(
                    "k: must be from 1 to the %d vectors to choose from, not %d"
                            .formatted(most, k));
        }
    }

    private static NearestNeighbours search(
            Features queries, Features reference, int k, boolean skipItself) {
        int[] indices = new int[Math.multiplyExact(queries.count(), k)];
        double[] squares = new double[indices.length];
        Arrays.fill(squares, Double.POSITIVE_INFINITY);
        Block.forEach(
                reference,
                (block, found) -> {
                    for (int i = 0; i < queries.count(); i++) {
                        block.squaredDistances(queries, i, found);
                        for (int j = 0; j < block.count(); j++) {
                            if (!skipItself || block.first() + j != i) {
                                insert(indices, squares, i * k, k, block.first() + j, found[j]);
                            }
                        }
                    }
                });
        return new NearestNeighbours(k, indices, Arrays.stream(squares).map(Math::sqrt).toArray());
    }

    /** Keeps the k nearest of one query in order. */
    private static void insert(
            int[] indices, double[] squares, int from, int k, int index, double square) {
        int place = from + k - 1;
        if (!(square < squares[place])) {
            return;
        }
        while (place > from && square < squares[place - 1]) {
            squares[place] = squares[place - 1];
            indices[place] = indices[place - 1];
            place--;
        }
        squares[place] = square;
        indices[place] = index;
    }
}
