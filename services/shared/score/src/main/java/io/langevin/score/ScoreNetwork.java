package io.langevin.score;

/**
 * f(x) = σ·s(x, σ), the output of a score network before the division by σ: it does not depend on σ
 * (Technique 3). Owned by one thread.
 */
public interface ScoreNetwork extends AutoCloseable {

    /** D = C·H·W, numbers in an image. */
    int dimension();

    /**
     * Reads {@code count} images of D numbers from the start of {@code x}, channel by channel, and
     * writes as many to the start of {@code f}. An image's f does not depend on the other images.
     */
    void evaluate(float[] x, float[] f, int count);

    @Override
    default void close() {}
}
