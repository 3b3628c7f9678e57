package io.langevin.sampling.work;

import io.langevin.datasets.ImageShape;
import io.langevin.trajectory.AfterRow;
import io.langevin.trajectory.Inpainting;

/**
 * The hidden part of a given image.
 *
 * @param image channels·height·width numbers, 0 to 1
 * @param mask as many numbers, 1 where the image is kept
 */
record InpaintingTask(float[] image, float[] mask) implements SamplingTask {
    static InpaintingTask of(GivenImages given) {
        return new InpaintingTask(given.image(), given.mask());
    }

    @Override
    public AfterRow afterRow(ImageShape shape) {
        return new Inpainting(image, mask);
    }

    @Override
    public long bytes() {
        return (long) Float.BYTES * (image.length + mask.length);
    }
}
