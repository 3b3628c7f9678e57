package io.langevin.sampling.work;

import io.langevin.datasets.ImageShape;
import io.langevin.noise.NoiseSchedule;
import io.langevin.noise.SamplingPlan;
import io.langevin.trajectory.AfterRow;
import io.langevin.trajectory.ImageNoise;
import io.langevin.trajectory.ImageSeeds;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What a request makes: where its images begin, what happens to them after each row of the plan,
 * and the picture that comes of them. A new one is a class in a file of its own, a line in {@link
 * Tasks} and a symbol of {@code TaskKind}.
 */
sealed interface SamplingTask
        permits Generation,
                Interpolation,
                InpaintingTask,
                DenoisingTask,
                FilmStripTask,
                ImageToImage,
                RestorationTask,
                ScoreTask {

    /** The plan, where it is not the sampler's. */
    default Optional<SamplingPlan> ownPlan() {
        return Optional.empty();
    }

    /**
     * Rules that the task has for the plan and the number of images.
     *
     * @throws io.langevin.messaging.rules.RejectedException which field, which rule, which value
     */
    default void check(SamplingPlan plan, int count, ImageShape shape) {}

    /**
     * The seed of one image alone.
     *
     * @param seed of the request
     */
    default long seedOf(long seed, int index) {
        return ImageSeeds.ofImage(seed, index);
    }

    /**
     * The noise of one image.
     *
     * @param seed of the request
     * @param count of its images
     */
    default ImageNoise noise(long seed, int index, int count) {
        return ImageNoise.seeded(seedOf(seed, index));
    }

    /** The noise scales that the plan goes through, of those of the checkpoint. */
    default NoiseSchedule schedule(NoiseSchedule all) {
        return all;
    }

    /**
     * Where an image begins, channels·height·width numbers; empty: at its noise.
     *
     * @param noise of this image; nothing has been drawn from it
     */
    default Optional<float[]> beginning(SamplingPlan plan, ImageNoise noise) {
        return Optional.empty();
    }

    /** What else happens to one image in each row. */
    default AfterRow afterRow(ImageShape shape) {
        return AfterRow.NOTHING;
    }

    /**
     * The picture of an image at the end of its plan.
     *
     * @param own what {@link #afterRow} gave to this image
     */
    default Picture picture(AfterRow own, float[] pixels, ImageShape shape) {
        return new Picture(pixels, shape.size(), shape.size());
    }

    /**
     * How unusual a given image is; empty where that was not asked.
     *
     * @param own what {@link #afterRow} gave to this image
     */
    default OptionalDouble score(AfterRow own) {
        return OptionalDouble.empty();
    }

    /** Memory that the task holds for all images together, in bytes. */
    default long bytes() {
        return 0;
    }
}
