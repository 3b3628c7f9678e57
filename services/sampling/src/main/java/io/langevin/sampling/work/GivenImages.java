package io.langevin.sampling.work;

import io.langevin.artifacts.ArtifactStore;
import io.langevin.datasets.ImageShape;
import io.langevin.records.Task;
import io.langevin.sampling.request.GivenImage;

/** The images that come with a task, read when they are asked for. */
record GivenImages(Task task, ImageShape shape, ArtifactStore artifacts) {
    float[] image() {
        return GivenImage.pixels(
                "image", task.getImage(), task.getImageArtifact(), shape, artifacts);
    }

    float[] mask() {
        return GivenImage.pixels("mask", task.getMask(), task.getMaskArtifact(), shape, artifacts);
    }
}
