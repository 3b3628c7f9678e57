package io.langevin.sampling.work;

import static io.langevin.messaging.rules.RecordRules.require;

import io.langevin.artifacts.ArtifactStore;
import io.langevin.datasets.ImageShape;
import io.langevin.sampling.request.TaskSettings;
import io.langevin.score.Checkpoint;

/**
 * The images that come with a task, read when they are asked for.
 *
 * @param shape of the model's images
 * @param checkpoint that works on them
 */
record GivenImages(
        TaskSettings task, ImageShape shape, Checkpoint checkpoint, ArtifactStore artifacts) {
    /** No image has so much noise. */
    private static final double LARGEST_SIGMA = 1e6;

    /** Numbers of one of the model's images. */
    int dimension() {
        return shape.channels() * shape.size() * shape.size();
    }

    float[] image() {
        return task.image().pixels(shape, artifacts);
    }

    /** The image as one of another shape. */
    float[] image(ImageShape shape) {
        return task.image().pixels(shape, artifacts);
    }

    /** The image's numbers where it is none. */
    float[] measurements(int most) {
        return task.image().numbers(most, artifacts);
    }

    float[] matrix(int most) {
        return task.matrix().numbers(most, artifacts);
    }

    /** Standard deviation of noise in the image, or that is added to it. */
    double sigma() {
        Double sigma = task.sigma();
        require(
                sigma != null && sigma > 0 && sigma <= LARGEST_SIGMA,
                "task.sigma",
                "be above 0 and at most %.0f".formatted(LARGEST_SIGMA),
                sigma);
        return sigma;
    }

    /** Numbers from 0, what is hidden, to 1. */
    float[] mask() {
        float[] mask = task.mask().pixels(shape, artifacts);
        for (float part : mask) {
            require(part >= 0 && part <= 1, "task.mask", "have numbers from 0 to 1", part);
        }
        return mask;
    }
}
