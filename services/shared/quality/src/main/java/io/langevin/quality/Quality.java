package io.langevin.quality;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Real images, described once, that generated ones are compared with as often as asked for.
 *
 * <p>Uses the extractor it was made with, which whoever made it closes. Called by one thread at a
 * time. Precision and recall look at no more than 10,000 images a side, evenly spaced, because
 * their work grows with the square.
 */
public final class Quality {
    private static final int MOST_IN_MANIFOLD = 10_000;
    private static final int MOST_COMPARED = 1_000;
    private static final int GROUPS = 8;

    private final FeatureExtractor extractor;
    private final String shape;
    private final Features real;
    private final FrechetDistance distance;
    private final Manifold manifold;
    private final Optional<Double> heldOutToReal;

    private Quality(FeatureExtractor extractor, ImageSet images, Optional<ImageSet> heldOut) {
        requireImages("real", images);
        this.extractor = extractor;
        this.shape = images.shape();
        this.real = extractor.extract(images).features();
        this.distance = new FrechetDistance(GaussianStatistics.of(real));
        this.manifold = manifold(real);
        this.heldOutToReal =
                heldOut.map(unseen -> medianToReal(extractor.extract(unseen).features()));
    }

    /**
     * Describes the real images.
     *
     * @param real at least 4 images
     */
    public static Quality against(FeatureExtractor extractor, ImageSet real) {
        return new Quality(extractor, real, Optional.empty());
    }

    /**
     * Describes the images that a network was trained on, and others of their kind.
     *
     * @param real at least 4 images
     * @param heldOut images of the same data that it was not trained on
     */
    public static Quality against(FeatureExtractor extractor, ImageSet real, ImageSet heldOut) {
        return new Quality(extractor, real, Optional.of(heldOut));
    }

    /** Real with generated images, once; the seed chooses the subsets of the kernel distance. */
    public static QualityReport compare(
            FeatureExtractor extractor, ImageSet real, ImageSet generated, long seed) {
        return against(extractor, real).compare(generated, seed);
    }

    /**
     * A comparison with its error.
     *
     * @param distanceError standard error of the distance, the jackknife over eight groups of
     *     generated images (Efron and Stein 1981)
     * @param novelty median distance from a generated image to the nearest real one, divided by
     *     that of held-out images: about 1 where nothing is copied, near 0 where real images are
     *     repeated; empty where nothing was held out
     */
    public record Judgement(QualityReport report, double distanceError, Optional<Double> novelty) {}

    /**
     * Compares generated images with the real ones, and says how sure that is.
     *
     * @param generated at least 16 images of the shape of the real ones
     * @param seed as for {@link #compare}
     */
    public Judgement judge(ImageSet generated, long seed) {
        if (generated.count() < 2 * GROUPS) {
            throw new IllegalArgumentException(
                    "generated: must be at least %d images, not %d"
                            .formatted(2 * GROUPS, generated.count()));
        }
        FeatureExtractor.Extraction extraction = extracted(generated);
        Features features = extraction.features();
        MeasuredSample sample = new MeasuredSample(distance, features);
        return new Judgement(
                report(extraction, sample.whole(), seed),
                jackknife(features.count(), sample),
                heldOutToReal.map(unseen -> medianToReal(features) / unseen));
    }

    /** √((g−1)/g·Σ(dₖ − d̄)²) of the distances dₖ without the kth group. */
    private static double jackknife(int count, MeasuredSample sample) {
        double[] without = new double[GROUPS];
        for (int group = 0; group < GROUPS; group++) {
            int left = group;
            int[] rows = IntStream.range(0, count).filter(i -> i % GROUPS != left).toArray();
            without[group] = sample.part(rows);
        }
        double mean = Arrays.stream(without).average().orElseThrow();
        double squares = Arrays.stream(without).map(d -> (d - mean) * (d - mean)).sum();
        return Math.sqrt(squares * (GROUPS - 1) / GROUPS);
    }

    private double medianToReal(Features features) {
        double[] nearest =
                NearestNeighbours.of(
                                features.thinned(MOST_COMPARED), real.thinned(MOST_IN_MANIFOLD), 1)
                        .distances()
                        .clone();
        Arrays.sort(nearest);
        return nearest[nearest.length / 2];
    }

    /**
     * Compares generated images with the real ones.
     *
     * @param generated at least 4 images of the shape of the real ones
     * @param seed chooses the subsets of the kernel distance; the rest is not random
     */
    public QualityReport compare(ImageSet generated, long seed) {
        FeatureExtractor.Extraction extraction = extracted(generated);
        return report(
                extraction, new MeasuredSample(distance, extraction.features()).whole(), seed);
    }

    private FeatureExtractor.Extraction extracted(ImageSet generated) {
        requireImages("generated", generated);
        if (!generated.shape().equals(shape)) {
            throw new IllegalArgumentException(
                    "generated: must have %s like the real images, not %s"
                            .formatted(shape, generated.shape()));
        }
        return extractor.extract(generated);
    }

    private QualityReport report(
            FeatureExtractor.Extraction extraction, double measured, long seed) {
        Features features = extraction.features();
        Optional<InceptionScore> score =
                extraction
                        .logits()
                        .filter(logits -> logits.count() >= InceptionScore.SPLITS)
                        .map(InceptionScore::of);
        return new QualityReport(
                extractor.name(),
                real.count(),
                features.count(),
                extractor.distanceName(),
                measured,
                KernelDistance.between(real, features, seed),
                PrecisionRecall.between(manifold, manifold(features)),
                score);
    }

    private static Manifold manifold(Features features) {
        return Manifold.of(features.thinned(MOST_IN_MANIFOLD), PrecisionRecall.NEIGHBOURS);
    }

    private static void requireImages(String field, ImageSet images) {
        int fewest = PrecisionRecall.NEIGHBOURS + 1;
        if (images.count() < fewest) {
            throw new IllegalArgumentException(
                    "%s: must be at least %d images, not %d"
                            .formatted(field, fewest, images.count()));
        }
    }
}
