package io.langevin.noise;

import java.util.List;

/**
 * A sampler unrolled: one row a network evaluation, in order. With f(x) = σ·s(x, σ) the output of a
 * score network and z standard normal noise, a row moves an image by x ← a·x + b·f(x) + c·z.
 *
 * @param rows at least one
 */
public record SamplingPlan(List<Row> rows) {

    /** More network evaluations than this for one image would be a mistake in a request. */
    public static final int MAXIMUM_ROWS = 200_000;

    /**
     * @param sigma the noise scale that f is evaluated at; x + σ·f(x) is the denoised estimate
     * @param a weight of x
     * @param b weight of f(x)
     * @param c standard deviation of the noise added
     */
    public record Row(double sigma, double a, double b, double c) {
        public Row {
            if (!(sigma > 0 && Double.isFinite(sigma))) {
                throw new IllegalArgumentException("sigma: must be above 0, not " + sigma);
            }
            if (!Double.isFinite(a) || !Double.isFinite(b) || !(c >= 0 && Double.isFinite(c))) {
                throw new IllegalArgumentException(
                        "row: a, b, c must be finite and c at least 0, not %s, %s, %s"
                                .formatted(a, b, c));
            }
        }
    }

    public SamplingPlan {
        rows = List.copyOf(rows);
        if (rows.isEmpty() || rows.size() > MAXIMUM_ROWS) {
            throw new IllegalArgumentException(
                    "plan: must have 1 to %d network evaluations, not %d"
                            .formatted(MAXIMUM_ROWS, rows.size()));
        }
    }

    public int networkEvaluations() {
        return rows.size();
    }

    public Row row(int index) {
        return rows.get(index);
    }
}
