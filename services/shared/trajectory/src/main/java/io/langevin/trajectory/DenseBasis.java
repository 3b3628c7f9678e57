package io.langevin.trajectory;

/**
 * A basis of any vectors.
 *
 * @param dimension D, numbers of an image
 * @param vectors Vᵀ: vector after vector, D numbers each
 */
public record DenseBasis(int dimension, float[] vectors) implements SingularBasis {
    public DenseBasis {
        if (vectors.length % dimension != 0) {
            throw new IllegalArgumentException(
                    "vectors: must be of %d numbers each, not %d together"
                            .formatted(dimension, vectors.length));
        }
    }

    @Override
    public int size() {
        return vectors.length / dimension;
    }

    @Override
    public int numbers() {
        return vectors.length;
    }

    @Override
    public void project(float[] image, float[] coefficients) {
        for (int i = 0; i < size(); i++) {
            float sum = 0;
            for (int k = 0; k < dimension; k++) {
                sum += vectors[i * dimension + k] * image[k];
            }
            coefficients[i] = sum;
        }
    }

    @Override
    public void add(float[] coefficients, float scale, float[] image, int offset) {
        for (int i = 0; i < size(); i++) {
            float weight = scale * coefficients[i];
            for (int k = 0; k < dimension; k++) {
                image[offset + k] += weight * vectors[i * dimension + k];
            }
        }
    }
}
