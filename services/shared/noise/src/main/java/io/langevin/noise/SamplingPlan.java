package io.langevin.noise;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/**
 * A sampler unrolled: one row a network evaluation, in order. An image starts at u + σ₀·z with u
 * uniform on [0, 1) and z standard normal. With f(x) = σ·s(x, σ) the output of a score network and
 * m what an earlier row kept, a row moves it by x ← a·x + b·f(x) + c·z + d·m.
 *
 * @param initialNoise σ₀, 0 where dynamics start at u
 * @param rows at least one
 */
public record SamplingPlan(double initialNoise, List<Row> rows) {

    /** More network evaluations than this for one image would be a mistake in a request. */
    public static final int MAXIMUM_ROWS = 200_000;

    /**
     * @param sigma the noise scale that f is evaluated at; x + σ·f(x) is the denoised estimate
     * @param a weight of x
     * @param b weight of f(x)
     * @param c standard deviation of the noise added
     * @param d weight of what is kept
     * @param keepX what is kept for later rows is keepX·x + keepF·f(x), of x before the move
     * @param keepF where both are 0, what was kept before stays
     * @param scale the factor of f that is in b and keepF: the row's estimate of the image without
     *     its noise is x + scale·σ·f(x)
     */
    public record Row(
            double sigma,
            double a,
            double b,
            double c,
            double d,
            double keepX,
            double keepF,
            double scale) {
        public Row {
            if (!(sigma > 0 && Double.isFinite(sigma))) {
                throw new IllegalArgumentException("sigma: must be above 0, not " + sigma);
            }
            if (!(scale > 0 && Double.isFinite(scale))) {
                throw new IllegalArgumentException("scale: must be above 0, not " + scale);
            }
            if (!Double.isFinite(a + b + d + keepX + keepF) || !(c >= 0 && Double.isFinite(c))) {
                throw new IllegalArgumentException(
                        "row: weights must be finite and c at least 0, not %s, %s, %s, %s, %s, %s"
                                .formatted(a, b, c, d, keepX, keepF));
            }
        }

        /** A row of f as it is. */
        public Row(
                double sigma, double a, double b, double c, double d, double keepX, double keepF) {
            this(sigma, a, b, c, d, keepX, keepF, 1);
        }

        /** A row that neither keeps nor uses anything. */
        public Row(double sigma, double a, double b, double c) {
            this(sigma, a, b, c, 0, 0, 0);
        }

        /** Whether this row keeps something. */
        public boolean keeps() {
            return keepX != 0 || keepF != 0;
        }

        /** The same row for a network whose f is multiplied by a factor. */
        Row scaled(double factor) {
            return new Row(sigma, a, factor * b, c, d, keepX, factor * keepF, factor * scale);
        }

        /** x ← x + σ·f(x), the estimate without noise (Tweedie). */
        public static Row denoising(double sigma) {
            return new Row(sigma, 1, sigma, 0);
        }
    }

    public SamplingPlan {
        rows = List.copyOf(rows);
        if (rows.isEmpty() || rows.size() > MAXIMUM_ROWS) {
            throw new IllegalArgumentException(
                    "plan: must have 1 to %d network evaluations, not %d"
                            .formatted(MAXIMUM_ROWS, rows.size()));
        }
        if (!(initialNoise >= 0 && Double.isFinite(initialNoise))) {
            throw new IllegalArgumentException(
                    "initialNoise: must be at least 0, not " + initialNoise);
        }
    }

    /**
     * The same plan for a network whose f is multiplied by a factor. The estimate x + σ·f of a
     * network that is not told σ leaves noise where more of it is there than σ; a factor above 1
     * removes it (the converse of Ning et al. 2024, arXiv 2308.15321, who divide for networks that
     * are told).
     */
    public SamplingPlan scaled(double factor) {
        return new SamplingPlan(
                initialNoise, rows.stream().map(row -> row.scaled(factor)).toList());
    }

    /** SHA-256 of all its numbers, in hexadecimal digits: equal plans have equal ones. */
    public String sha256() {
        ByteBuffer numbers = ByteBuffer.allocate(Double.BYTES * (1 + 8 * rows.size()));
        numbers.putDouble(initialNoise);
        for (Row row : rows) {
            numbers.putDouble(row.sigma()).putDouble(row.a()).putDouble(row.b());
            numbers.putDouble(row.c()).putDouble(row.d());
            numbers.putDouble(row.keepX()).putDouble(row.keepF()).putDouble(row.scale());
        }
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(numbers.array());
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every JDK has it
        }
    }

    public int networkEvaluations() {
        return rows.size();
    }

    public Row row(int index) {
        return rows.get(index);
    }

    /** The noise scale of an image after so many rows: the next row's, 0 at the end. */
    public double sigmaAfter(int rowsDone) {
        return rowsDone < rows.size() ? row(rowsDone).sigma() : 0;
    }
}
