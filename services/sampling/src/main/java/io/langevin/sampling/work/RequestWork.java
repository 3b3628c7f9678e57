package io.langevin.sampling.work;

import io.langevin.artifacts.ArtifactStore;
import io.langevin.datasets.ImageShape;
import io.langevin.messaging.rules.RejectedException;
import io.langevin.noise.NoiseSchedule;
import io.langevin.noise.SamplingPlan;
import io.langevin.sampling.request.SamplingRequest;
import io.langevin.sampling.request.TaskSettings;
import io.langevin.score.Checkpoint;
import io.langevin.trajectory.AfterRow;
import io.langevin.trajectory.ImageNoise;
import io.langevin.trajectory.Parked;
import io.langevin.trajectory.Saved;
import io.langevin.trajectory.TrajectoryBatch;
import java.util.OptionalDouble;

/** What a request asks of the batch: its plan, and for each of its images what its task says. */
public final class RequestWork {
    private final SamplingTask task;
    private final ImageShape shape;
    private final NoiseSchedule schedule;
    private final SamplingPlan plan;
    private final String planSha256;
    private final long seed;
    private final boolean seedOfImage;
    private final int count;

    private RequestWork(
            SamplingRequest request,
            SamplingTask task,
            ImageShape shape,
            NoiseSchedule schedule,
            SamplingPlan plan) {
        this.task = task;
        this.shape = shape;
        this.schedule = schedule;
        this.plan = plan;
        this.planSha256 = plan.sha256();
        this.count = request.count();
        this.seed = request.seed();
        this.seedOfImage = request.isSeedOfImage();
    }

    /**
     * Reads the images that come with the request.
     *
     * @throws RejectedException which field, which rule, which value
     * @throws java.io.UncheckedIOException where the store is away
     */
    public static RequestWork of(
            SamplingRequest request, Checkpoint checkpoint, ArtifactStore artifacts) {
        var architecture = checkpoint.architecture();
        var shape = new ImageShape(architecture.imageSize(), architecture.channels());
        TaskSettings settings = request.task();
        SamplingTask task = Tasks.of(settings).make(settings, shape, checkpoint, artifacts);
        NoiseSchedule schedule = task.schedule(checkpoint.schedule());
        SamplingPlan plan = task.ownPlan().orElseGet(() -> request.plan(schedule, checkpoint));
        task.check(plan, request.count(), shape);
        return new RequestWork(request, task, shape, schedule, plan);
    }

    /** Whether {@link #of} has images to read, which may take long. */
    public static boolean readsImages(SamplingRequest request) {
        return Tasks.of(request.task()).readsImages();
    }

    /** The noise scales that the plan goes through. */
    public NoiseSchedule schedule() {
        return schedule;
    }

    /** The plan's {@link SamplingPlan#sha256}. */
    public String planSha256() {
        return planSha256;
    }

    public SamplingPlan plan() {
        return plan;
    }

    /** Memory that the given images take, in bytes. */
    long bytes() {
        return task.bytes();
    }

    /** The seed of one image alone. */
    public long seedOf(int index) {
        return seedOfImage ? seed : task.seedOf(seed, index);
    }

    /** An image of the request that is about to begin, or to go on. */
    Start start(int index) {
        ImageNoise noise = seedOfImage ? ImageNoise.seeded(seed) : task.noise(seed, index, count);
        return new Start(noise, task.afterRow(shape));
    }

    /** All that a batch needs to know of an image. */
    final class Start {
        private final ImageNoise noise;
        private final AfterRow afterRow;

        private Start(ImageNoise noise, AfterRow afterRow) {
            this.noise = noise;
            this.afterRow = afterRow;
        }

        /** What the task does after each row; {@link #picture} asks for it again. */
        AfterRow afterRow() {
            return afterRow;
        }

        /**
         * Takes a free slot.
         *
         * @param all what happens after each row, the task's own included
         */
        <T> void enter(TrajectoryBatch<T> batch, T owner, AfterRow all) {
            task.beginning(plan, noise)
                    .ifPresentOrElse(
                            start -> batch.add(owner, plan, noise, all, start),
                            () -> batch.add(owner, plan, noise, all));
        }

        /**
         * @throws IllegalArgumentException where that is not a state of this image
         */
        <T> Parked<T> resumed(T owner, AfterRow all, Saved saved) {
            int dimension = shape.channels() * shape.size() * shape.size();
            if (saved.x().length != dimension) {
                throw new IllegalArgumentException(
                        "x: must have %d numbers, not %d".formatted(dimension, saved.x().length));
            }
            return Parked.of(owner, plan, noise, all, saved);
        }
    }

    /**
     * How unusual a given image is; empty where that was not asked.
     *
     * @param own what the task did after each of its rows
     */
    public OptionalDouble score(AfterRow own) {
        return task.score(own);
    }

    /**
     * The picture of an image at the end of its plan.
     *
     * @param own what the task did after each of its rows
     */
    public Picture picture(AfterRow own, float[] pixels) {
        return task.picture(own, pixels, shape);
    }
}
