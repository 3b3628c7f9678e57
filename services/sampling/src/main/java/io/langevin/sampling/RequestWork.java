package io.langevin.sampling;

import static io.langevin.messaging.RecordRules.require;

import io.langevin.artifacts.ArtifactStore;
import io.langevin.datasets.ImageShape;
import io.langevin.messaging.RejectedException;
import io.langevin.noise.SamplingPlan;
import io.langevin.records.SampleRequest;
import io.langevin.records.Task;
import io.langevin.records.TaskKind;
import io.langevin.score.Checkpoint;
import io.langevin.trajectory.AfterRow;
import io.langevin.trajectory.FilmStrip;
import io.langevin.trajectory.ImageNoise;
import io.langevin.trajectory.ImageSeeds;
import io.langevin.trajectory.Inpainting;
import io.langevin.trajectory.TrajectoryBatch;
import java.util.List;

/**
 * What a request asks of the batch: its plan, where each image begins, what happens on the way, and
 * the picture that comes of it.
 */
final class RequestWork {
    /** A film strip is one image and must stay one that can be looked at. */
    private static final int MAXIMUM_FRAMES = 64;

    /** Of all film strips of a request: they stay in memory until the last one ends. */
    private static final int MAXIMUM_STRIP_NUMBERS = 16_000_000;

    private final SampleRequest request;
    private final Task task;
    private final NetworkShape shape;
    private final SamplingPlan plan;
    private final long seed;
    private final float[] image;
    private final float[] mask;

    /** What the network's images are. */
    private record NetworkShape(int channels, int size) {
        int dimension() {
            return channels * size * size;
        }

        ImageShape ofImages() {
            return new ImageShape(size, channels);
        }
    }

    /**
     * A finished picture.
     *
     * @param pixels channels·height·width numbers, channel by channel
     */
    record Picture(float[] pixels, int width, int height) {}

    private RequestWork(
            SampleRequest request,
            NetworkShape shape,
            SamplingPlan plan,
            float[] image,
            float[] mask) {
        this.request = request;
        this.task = request.getTask();
        this.shape = shape;
        this.plan = plan;
        this.image = image;
        this.mask = mask;
        Long asked = request.getSeed();
        this.seed = asked != null ? asked : ImageSeeds.ofRequest(request.getRequestId());
    }

    /**
     * @throws RejectedException which field, which rule, which value
     */
    static RequestWork of(SampleRequest request, Checkpoint checkpoint, ArtifactStore artifacts) {
        Task task = request.getTask();
        var shape =
                new NetworkShape(
                        checkpoint.architecture().channels(),
                        checkpoint.architecture().imageSize());
        SamplingPlan plan =
                task.getKind() == TaskKind.DENOISE
                        ? denoising(task)
                        : RequestPlans.of(request.getSampler(), checkpoint);
        float[] image =
                isGivenImages(request)
                        ? GivenImage.pixels(
                                "image",
                                task.getImage(),
                                task.getImageArtifact(),
                                shape.ofImages(),
                                artifacts)
                        : new float[0];
        float[] mask =
                task.getKind() == TaskKind.INPAINT
                        ? GivenImage.pixels(
                                "mask",
                                task.getMask(),
                                task.getMaskArtifact(),
                                shape.ofImages(),
                                artifacts)
                        : new float[0];
        checkCounts(request, plan, shape.dimension());
        return new RequestWork(request, shape, plan, image, mask);
    }

    private static void checkCounts(SampleRequest request, SamplingPlan plan, int dimension) {
        Task task = request.getTask();
        switch (task.getKind()) {
            case GENERATE, INPAINT -> {}
            case INTERPOLATE -> {
                require(
                        request.getCount() >= 2,
                        "count",
                        "be at least 2 to interpolate",
                        request.getCount());
                require(
                        task.getFirstSeed() != null && task.getLastSeed() != null,
                        "task.firstSeed and task.lastSeed",
                        "be given to interpolate",
                        task.getFirstSeed() + " and " + task.getLastSeed());
            }
            case DENOISE ->
                    require(
                            request.getCount() == 1,
                            "count",
                            "be 1 to denoise an image",
                            request.getCount());
            case TRAJECTORY -> {
                int rows = plan.networkEvaluations();
                int least = FilmStrip.frames(rows, MAXIMUM_FRAMES);
                Integer every = task.getEveryRows();
                require(
                        every != null && every >= least,
                        "task.everyRows",
                        "be at least %d for the %d rows of this plan".formatted(least, rows),
                        every);
                int most = MAXIMUM_STRIP_NUMBERS / (FilmStrip.frames(rows, every) * dimension);
                require(
                        request.getCount() <= most,
                        "count",
                        "be at most %d film strips of this length".formatted(most),
                        request.getCount());
            }
        }
    }

    /** One evaluation: x + σ·f(x). */
    private static SamplingPlan denoising(Task task) {
        Double sigma = task.getSigma();
        require(
                sigma != null && sigma > 0 && Double.isFinite(sigma),
                "task.sigma",
                "be above 0 to denoise",
                sigma);
        return new SamplingPlan(0, List.of(SamplingPlan.Row.denoising(sigma)));
    }

    SamplingPlan plan() {
        return plan;
    }

    /** Memory that the given images take, in bytes. */
    long bytes() {
        return (long) Float.BYTES * (image.length + mask.length);
    }

    /** Whether an image is to be read before the work can begin. */
    static boolean isGivenImages(SampleRequest request) {
        TaskKind kind = request.getTask().getKind();
        return kind == TaskKind.INPAINT || kind == TaskKind.DENOISE;
    }

    /** Of the image alone. */
    long seedOf(int index) {
        return task.getKind() == TaskKind.INTERPOLATE
                ? ImageSeeds.ofImage(task.getFirstSeed(), 0)
                : ImageSeeds.ofImage(seed, index);
    }

    /** An image of the request that is about to begin, or to go on. */
    Start start(ActiveRequest owner, int index, Previews previews) {
        AfterRow own =
                switch (task.getKind()) {
                    case INPAINT -> new Inpainting(image, mask);
                    case TRAJECTORY -> new FilmStrip(task.getEveryRows(), shape.dimension());
                    default -> AfterRow.NOTHING;
                };
        int every = request.getPreviewEvery();
        AfterRow all =
                every == 0
                        ? own
                        : new PreviewTask(
                                own,
                                every,
                                (row, pixels) -> previews.offer(owner, index, row, pixels));
        return new Start(new ActiveRequest.Image(owner, index, own), noise(index), all);
    }

    /** All that a batch needs to know of an image. */
    final class Start {
        private final ActiveRequest.Image begun;
        private final ImageNoise noise;
        private final AfterRow rowTask;

        private Start(ActiveRequest.Image begun, ImageNoise noise, AfterRow rowTask) {
            this.begun = begun;
            this.noise = noise;
            this.rowTask = rowTask;
        }

        /** Takes a free slot. */
        void enter(TrajectoryBatch<ActiveRequest.Image> batch) {
            if (task.getKind() == TaskKind.DENOISE) {
                batch.add(begun, plan, noise, rowTask, image);
            } else {
                batch.add(begun, plan, noise, rowTask);
            }
        }

        /**
         * @throws IllegalArgumentException where that is not a state of this image
         */
        TrajectoryBatch.Parked<ActiveRequest.Image> resumed(TrajectoryBatch.Saved saved) {
            if (saved.x().length != shape.dimension()) {
                throw new IllegalArgumentException(
                        "x: must have %d numbers, not %d"
                                .formatted(shape.dimension(), saved.x().length));
            }
            return TrajectoryBatch.Parked.of(begun, plan, noise, rowTask, saved);
        }
    }

    private ImageNoise noise(int index) {
        ImageNoise first = ImageNoise.seeded(seedOf(index));
        if (task.getKind() != TaskKind.INTERPOLATE) {
            return first;
        }
        ImageNoise last = ImageNoise.seeded(ImageSeeds.ofImage(task.getLastSeed(), 0));
        double angle = Math.PI / 2 * index / (request.getCount() - 1);
        return ImageNoise.between(first, last, angle);
    }

    /** The picture of an image at the end of its plan. */
    Picture picture(ActiveRequest.Image begun, float[] pixels) {
        if (begun.rowTask() instanceof FilmStrip strip) {
            float[] picture = strip.picture(shape.channels(), shape.size());
            int width = picture.length / (shape.channels() * shape.size());
            return new Picture(picture, width, shape.size());
        }
        return new Picture(pixels, shape.size(), shape.size());
    }
}
