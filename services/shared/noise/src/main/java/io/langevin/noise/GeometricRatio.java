package io.langevin.noise;

/** Technique 2: how far apart neighbouring noise scales may be (the paper, section 3.2). */
public final class GeometricRatio {
    private GeometricRatio() {}

    /** Φ(√(2D)(γ−1)+3γ) − Φ(√(2D)(γ−1)−3γ): how much of one shell its neighbour covers. */
    public static double overlap(int dimension, double ratio) {
        double shift = Math.sqrt(2.0 * dimension) * (ratio - 1);
        return NormalDistribution.cumulative(shift + 3 * ratio)
                - NormalDistribution.cumulative(shift - 3 * ratio);
    }

    /**
     * The γ > 1 whose {@link #overlap} is {@code c}, by bisection to the last bit.
     *
     * @param dimension D = C·H·W, at least 5: below, shells overlap whatever γ is
     * @param c between 0 and 0.9973 (Φ(3) − Φ(−3), the overlap at γ = 1), exclusive
     */
    public static double solve(int dimension, double c) {
        if (dimension < 5) {
            throw new IllegalArgumentException(
                    "dimension: must be at least 5 for Technique 2, not " + dimension);
        }
        if (!(c > 0 && c < overlap(dimension, 1))) {
            throw new IllegalArgumentException(
                    "overlap: must be above 0 and below 0.9973, not " + c);
        }
        double low = 1;
        double high = 2;
        while (overlap(dimension, high) > c) {
            high *= 2;
        }
        for (int i = 0; i < 100 && low < high; i++) {
            double middle = (low + high) / 2;
            if (overlap(dimension, middle) > c) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return high;
    }

    /** L = round(ln(σ₁/σ_L)/ln γ) + 1. */
    public static int levels(double largest, double smallest, double ratio) {
        if (!(smallest > 0 && largest > smallest && largest < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(
                    "sigmas: need largest > smallest > 0, not %s and %s"
                            .formatted(largest, smallest));
        }
        double steps = Math.log(largest / smallest) / Math.log(ratio);
        return (int) Math.min(Integer.MAX_VALUE, Math.max(2, Math.round(steps) + 1));
    }
}
