package io.langevin.sampling.work;

import io.langevin.artifacts.ArtifactStore;
import io.langevin.datasets.ImageShape;
import io.langevin.sampling.request.TaskSettings;
import io.langevin.score.Checkpoint;
import java.util.function.BiFunction;

/** The tasks, under the names that requests call them by. */
enum Tasks {
    GENERATE(false, (task, given) -> new Generation()),
    INTERPOLATE(false, (task, given) -> Interpolation.of(task)),
    INPAINT(true, (task, given) -> InpaintingTask.of(given)),
    DENOISE(true, (task, given) -> DenoisingTask.of(given)),
    TRAJECTORY(false, (task, given) -> FilmStripTask.of(task)),
    IMAGE_TO_IMAGE(true, (task, given) -> ImageToImage.of(given)),
    SUPER_RESOLVE(true, RestorationTask::superResolution),
    DEBLUR(true, RestorationTask::deblurring),
    COLORIZE(true, RestorationTask::colourisation),
    COMPRESSED_SENSING(true, RestorationTask::compressedSensing),
    SCORE(true, ScoreTask::of);

    private final boolean readsImages;
    private final BiFunction<TaskSettings, GivenImages, SamplingTask> maker;

    /**
     * @param readsImages whether {@code maker} reads the images that come with the request
     * @param maker may throw RejectedException
     */
    Tasks(boolean readsImages, BiFunction<TaskSettings, GivenImages, SamplingTask> maker) {
        this.readsImages = readsImages;
        this.maker = maker;
    }

    static Tasks of(TaskSettings task) {
        return valueOf(task.kind());
    }

    boolean readsImages() {
        return readsImages;
    }

    SamplingTask make(
            TaskSettings task, ImageShape shape, Checkpoint checkpoint, ArtifactStore artifacts) {
        return maker.apply(task, new GivenImages(task, shape, checkpoint, artifacts));
    }
}
