package io.langevin.quality;

/**
 * How much of what is generated looks real, and how much of what is real gets generated
 * (Kynkäänniemi et al. 2019, equations 1 and 2). Both depend on how many images there are: compare
 * only those from equally many.
 *
 * @param precision share of generated features in the {@link Manifold} of the real ones, 0..1
 * @param recall share of real features in the manifold of the generated ones, 0..1
 */
public record PrecisionRecall(double precision, double recall) {
    /** Neighbours that a ball reaches to, in the authors' measurements. */
    public static final int NEIGHBOURS = 3;

    /** Returns both with k = 3; each side needs at least 4 vectors. */
    public static PrecisionRecall between(Features real, Features generated) {
        return between(Manifold.of(real, NEIGHBOURS), Manifold.of(generated, NEIGHBOURS));
    }

    /** Returns both from manifolds that were made before. */
    public static PrecisionRecall between(Manifold real, Manifold generated) {
        return new PrecisionRecall(
                real.covered(generated.features()), generated.covered(real.features()));
    }
}
