package io.langevin.trajectory;

/** What else happens to an image in each row of its plan. One for each image. */
@FunctionalInterface
public interface AfterRow {
    /** Nothing is done but what the plan says. */
    AfterRow NOTHING = (rowsDone, sigma, x, offset, noise) -> {};

    /**
     * @param rowsDone from 1
     * @param sigma the noise scale that the image should have now, 0 at the end of the plan
     * @param x the image is its D numbers from {@code offset}; they may be changed
     * @param noise of this image
     */
    void afterRow(int rowsDone, double sigma, float[] x, int offset, ImageNoise noise);

    /**
     * The network has been called and the row is about to move the image.
     *
     * @param sigma the noise scale of the row, times the factor of f; x + sigma·f is the estimate
     *     of the image without its noise
     * @param x the image is its D numbers from {@code offset}
     * @param f the network's output, in the same places; it may be changed
     * @param dimension D
     */
    default void evaluated(double sigma, float[] x, float[] f, int offset, int dimension) {}

    /** Whether {@link #estimated} is to be called for this row. */
    default boolean wantsEstimate(int rowsDone) {
        return false;
    }

    /**
     * @param pixels D numbers: the image as it would be without its noise, from this row's call
     */
    default void estimated(int rowsDone, float[] pixels) {}

    /** What it has gathered so far; {@link #restore} gives it to a new one made alike. */
    default float[] gathered() {
        return new float[0];
    }

    /**
     * Goes on with what another one made alike had gathered.
     *
     * @throws IllegalArgumentException where that cannot be
     */
    default void restore(float[] gathered) {
        if (gathered.length != 0) {
            throw new IllegalArgumentException(
                    "gathered: must be empty, not %d numbers".formatted(gathered.length));
        }
    }
}
