package io.langevin.sampling.work;

import io.langevin.artifacts.ArtifactStore;
import io.langevin.datasets.ImageShape;
import io.langevin.sampling.request.TaskSettings;

/** The images that come with a task, read when they are asked for. */
record GivenImages(TaskSettings task, ImageShape shape, ArtifactStore artifacts) {
    float[] image() {
        return task.image().pixels(shape, artifacts);
    }

    float[] mask() {
        return task.mask().pixels(shape, artifacts);
    }
}
