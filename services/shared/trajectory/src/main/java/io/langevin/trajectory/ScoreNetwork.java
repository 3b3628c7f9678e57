package io.langevin.trajectory;

/** f(x, σ) = σ·s(x, σ), the output of a score network times σ. Owned by one thread. */
public interface ScoreNetwork extends AutoCloseable {

    /** D = C·H·W, numbers in an image. */
    int dimension();

    /**
     * Reads {@code count} images of D numbers from the start of {@code x}, channel by channel, and
     * writes as many to the start of {@code f}. An image's f does not depend on the other images.
     *
     * @param sigma noise scale of each image; NCSNv2 does not look at it (Technique 3)
     */
    void evaluate(float[] x, float[] sigma, float[] f, int count);

    @Override
    default void close() {}
}
