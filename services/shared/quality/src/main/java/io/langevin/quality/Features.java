package io.langevin.quality;

/**
 * Vectors that describe images, one an image.
 *
 * @param dimension d, numbers of a vector
 * @param values N·d finite numbers, vector by vector; not copied, so leave them alone
 */
public record Features(int dimension, float[] values) {
    public Features {
        if (dimension < 1) {
            throw new IllegalArgumentException("dimension: must be at least 1, not " + dimension);
        }
        if (values.length == 0 || values.length % dimension != 0) {
            throw new IllegalArgumentException(
                    "values: must hold whole vectors of %d numbers, not %d numbers"
                            .formatted(dimension, values.length));
        }
        for (int k = 0; k < values.length; k++) {
            if (!Float.isFinite(values[k])) {
                throw new IllegalArgumentException(
                        "values: must be finite, but number %d of vector %d is %s"
                                .formatted(k % dimension, k / dimension, values[k]));
            }
        }
    }

    /** Number of vectors, N. */
    public int count() {
        return values.length / dimension;
    }

    /** Returns at most {@code most} of the vectors, evenly spaced. */
    Features thinned(int most) {
        int count = count();
        if (count <= most) {
            return this;
        }
        int[] rows = new int[most];
        for (int i = 0; i < most; i++) {
            rows[i] = (int) ((long) i * count / most);
        }
        return rows(rows);
    }

    /** The vectors of those numbers, in that order. */
    Features rows(int[] rows) {
        float[] chosen = new float[Math.multiplyExact(rows.length, dimension)];
        for (int i = 0; i < rows.length; i++) {
            System.arraycopy(values, rows[i] * dimension, chosen, i * dimension, dimension);
        }
        return new Features(dimension, chosen);
    }

    void requireSameDimension(Features other) {
        if (dimension != other.dimension) {
            throw new IllegalArgumentException(
                    "dimension: must be the same on both sides, not %d and %d"
                            .formatted(dimension, other.dimension));
        }
    }

    void requireAtLeast(int vectors, String field) {
        if (count() < vectors) {
            throw new IllegalArgumentException(
                    "%s: must hold at least %d vectors, not %d".formatted(field, vectors, count()));
        }
    }
}
