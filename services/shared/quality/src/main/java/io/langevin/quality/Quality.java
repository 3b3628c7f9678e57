package io.langevin.quality;

import java.util.Optional;

/**
 * Real images, described once, that generated ones are compared with as often as asked for.
 *
 * <p>Uses the extractor it was made with, which whoever made it closes. Called by one thread at a
 * time. Precision and recall look at no more than 10,000 images a side, evenly spaced, because
 * their work grows with the square.
 */
public final class Quality {
    private static final int MOST_IN_MANIFOLD = 10_000;

    private final FeatureExtractor extractor;
    private final String shape;
    private final Features real;
    private final FrechetDistance distance;
    private final Manifold manifold;

    private Quality(FeatureExtractor extractor, ImageSet images) {
        requireImages("real", images);
        this.extractor = extractor;
        this.shape = images.shape();
        this.real = extractor.extract(images).features();
        this.distance = new FrechetDistance(GaussianStatistics.of(real));
        this.manifold = manifold(real);
    }

    /**
     * Describes the real images.
     *
     * @param real at least 4 images
     */
    public static Quality against(FeatureExtractor extractor, ImageSet real) {
        return new Quality(extractor, real);
    }

    /** Real with generated images, once; the seed chooses the subsets of the kernel distance. */
    public static QualityReport compare(
            FeatureExtractor extractor, ImageSet real, ImageSet generated, long seed) {
        return against(extractor, real).compare(generated, seed);
    }

    /**
     * Compares generated images with the real ones.
     *
     * @param generated at least 4 images of the shape of the real ones
     * @param seed chooses the subsets of the kernel distance; the rest is not random
     */
    public QualityReport compare(ImageSet generated, long seed) {
        requireImages("generated", generated);
        if (!generated.shape().equals(shape)) {
            throw new IllegalArgumentException(
                    "generated: must have %s like the real images, not %s"
                            .formatted(shape, generated.shape()));
        }
        FeatureExtractor.Extraction extraction = extractor.extract(generated);
        Features features = extraction.features();
        Optional<InceptionScore> score =
                extraction
                        .logits()
                        .filter(logits -> logits.count() >= InceptionScore.SPLITS)
                        .map(InceptionScore::of);
        return new QualityReport(
                extractor.name(),
                real.count(),
                generated.count(),
                extractor.distanceName(),
                distance.to(GaussianStatistics.of(features)),
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
