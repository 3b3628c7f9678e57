package io.langevin.quality;

/**
 * exp E KL(p(y|x) ‖ p(y)) over images x and classes y (Salimans et al. 2016, section 4), from 1 to
 * the number of classes: high where every image is clearly of one class and all classes occur. It
 * never looks at real images.
 *
 * @param mean over splits of the images, each with a p(y) of its own
 * @param deviation between the splits (divided by their number, as the authors do)
 */
public record InceptionScore(double mean, double deviation) {
    /** Splits in the authors' measurements. */
    public static final int SPLITS = 10;

    /**
     * In 10 splits.
     *
     * @param logits [N, classes], N at least 10; p(y|x) is their softmax
     */
    public static InceptionScore of(Features logits) {
        return of(logits, SPLITS);
    }

    /** Returns the score over splits of successive images, as equal as can be. */
    public static InceptionScore of(Features logits, int splits) {
        if (splits < 1) {
            throw new IllegalArgumentException("splits: must be at least 1, not " + splits);
        }
        logits.requireAtLeast(splits, "logits");
        double sum = 0;
        double squares = 0;
        for (int i = 0; i < splits; i++) {
            int from = (int) ((long) i * logits.count() / splits);
            int to = (int) ((long) (i + 1) * logits.count() / splits);
            double score = score(logits, from, to);
            sum += score;
            squares += score * score;
        }
        double mean = sum / splits;
        return new InceptionScore(mean, Math.sqrt(Math.max(0, squares / splits - mean * mean)));
    }

    /** E KL = E Σ p(y|x)·log p(y|x) − Σ p(y)·log p(y). */
    private static double score(Features logits, int from, int to) {
        int classes = logits.dimension();
        double[] marginal = new double[classes];
        double entropies = 0;
        for (int i = from; i < to; i++) {
            double[] p = softmax(logits, i);
            entropies += negativeEntropy(p);
            for (int y = 0; y < classes; y++) {
                marginal[y] += p[y] / (to - from);
            }
        }
        return Math.exp(entropies / (to - from) - negativeEntropy(marginal));
    }

    private static double negativeEntropy(double[] p) {
        double sum = 0;
        for (double each : p) {
            sum += each > 0 ? each * Math.log(each) : 0;
        }
        return sum;
    }

    private static double[] softmax(Features logits, int vector) {
        int classes = logits.dimension();
        double[] p = new double[classes];
        double largest = Double.NEGATIVE_INFINITY;
        for (int y = 0; y < classes; y++) {
            p[y] = logits.values()[vector * classes + y];
            largest = Math.max(largest, p[y]);
        }
        double sum = 0;
        for (int y = 0; y < classes; y++) {
            p[y] = Math.exp(p[y] - largest);
            sum += p[y];
        }
        for (int y = 0; y < classes; y++) {
            p[y] /= sum;
        }
        return p;
    }
}
