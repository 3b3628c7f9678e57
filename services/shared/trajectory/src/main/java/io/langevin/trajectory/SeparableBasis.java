package io.langevin.trajectory;

import java.util.Arrays;

/**
 * The basis of a measurement that treats rows and columns alike, channel by channel: K·X·Kᵀ with K
 * = U·S·Vᵀ. Its vectors are the outer products of those of K; coefficient (c, i, j) belongs to
 * vᵢ·vⱼᵀ in channel c.
 *
 * @param channels of the image
 * @param side height and width of the image in pixels
 * @param rank how many vectors K has
 * @param vectors V, side·rank numbers, row by row
 */
public record SeparableBasis(int channels, int side, int rank, float[] vectors)
        implements SingularBasis {
    public SeparableBasis {
        if (vectors.length != side * rank) {
            throw new IllegalArgumentException(
                    "vectors: must be %d·%d numbers, not %d".formatted(side, rank, vectors.length));
        }
    }

    @Override
    public int size() {
        return channels * rank * rank;
    }

    @Override
    public int numbers() {
        return vectors.length;
    }

    @Override
    public void project(float[] image, float[] coefficients) {
        float[] half = new float[rank * side];
        for (int c = 0; c < channels; c++) {
            Arrays.fill(half, 0);
            for (int row = 0; row < side; row++) {
                for (int i = 0; i < rank; i++) {
                    float weight = vectors[row * rank + i];
                    for (int column = 0; column < side; column++) {
                        half[i * side + column] += weight * image[(c * side + row) * side + column];
                    }
                }
            }
            for (int i = 0; i < rank; i++) {
                for (int j = 0; j < rank; j++) {
                    float sum = 0;
                    for (int column = 0; column < side; column++) {
                        sum += half[i * side + column] * vectors[column * rank + j];
                    }
                    coefficients[(c * rank + i) * rank + j] = sum;
                }
            }
        }
    }

    @Override
    public void add(float[] coefficients, float scale, float[] image, int offset) {
        float[] half = new float[rank * side];
        for (int c = 0; c < channels; c++) {
            for (int i = 0; i < rank; i++) {
                for (int column = 0; column < side; column++) {
                    float sum = 0;
                    for (int j = 0; j < rank; j++) {
                        sum += coefficients[(c * rank + i) * rank + j] * vectors[column * rank + j];
                    }
                    half[i * side + column] = sum;
                }
            }
            for (int row = 0; row < side; row++) {
                for (int i = 0; i < rank; i++) {
                    float weight = scale * vectors[row * rank + i];
                    for (int column = 0; column < side; column++) {
                        image[offset + (c * side + row) * side + column] +=
                                weight * half[i * side + column];
                    }
                }
            }
        }
    }
}
