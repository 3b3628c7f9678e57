package io.langevin.trajectory;

/**
 * The right singular vectors V of a linear measurement A = U·S·Vᵀ of an image: what the measurement
 * sees of it.
 */
public interface SingularBasis {
    /** How many vectors there are. */
    int size();

    /** Numbers that it holds in memory. */
    int numbers();

    /**
     * Writes Vᵀ·image.
     *
     * @param image D numbers
     * @param coefficients {@link #size()} numbers
     */
    void project(float[] image, float[] coefficients);

    /**
     * Adds scale·V·coefficients to an image.
     *
     * @param image D numbers from {@code offset}
     */
    void add(float[] coefficients, float scale, float[] image, int offset);
}
