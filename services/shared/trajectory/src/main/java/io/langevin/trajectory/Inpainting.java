package io.langevin.trajectory;

/**
 * Keeps a part of an image as it is given (Song and Ermon 2019, Algorithm 2): after each row that
 * part is the given image with as much noise as the rest has, and at the end the given image
 * itself.
 *
 * @param image D numbers, 0 to 1
 * @param kept D numbers: 1 where the image is kept, 0 where it is made anew, between to blend
 */
public record Inpainting(float[] image, float[] kept) implements AfterRow {
    public Inpainting {
        if (image.length != kept.length) {
            throw new IllegalArgumentException(
                    "mask: must have the image's %d numbers, not %d"
                            .formatted(image.length, kept.length));
        }
    }

    @Override
    public void afterRow(int rowsDone, double sigma, float[] x, int offset, ImageNoise noise) {
        float[] z = new float[image.length];
        if (sigma > 0) {
            noise.normal(z);
        }
        for (int k = 0; k < image.length; k++) {
            float given = image[k] + (float) sigma * z[k];
            x[offset + k] = kept[k] * given + (1 - kept[k]) * x[offset + k];
        }
    }
}
