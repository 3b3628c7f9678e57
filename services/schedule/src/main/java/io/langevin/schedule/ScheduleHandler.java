package io.langevin.schedule;

import static io.langevin.messaging.rules.RecordRules.require;
import static io.langevin.messaging.rules.RecordRules.requireId;

import io.langevin.datasets.DatasetException;
import io.langevin.datasets.ImageDataset;
import io.langevin.datasets.ImageShape;
import io.langevin.datasets.MissingDatasetException;
import io.langevin.datatopic.DatasetLibrary;
import io.langevin.messaging.queue.JobContext;
import io.langevin.messaging.queue.JobHandler;
import io.langevin.messaging.rules.RecordRules;
import io.langevin.messaging.rules.RejectedException;
import io.langevin.noise.AnnealedLangevin;
import io.langevin.noise.InitialNoiseScale;
import io.langevin.noise.LangevinStepSize;
import io.langevin.noise.NoiseSchedule;
import io.langevin.records.JobStatus;
import io.langevin.records.ScheduleJob;
import io.langevin.records.ScheduleParameters;
import io.langevin.records.ScheduleResult;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/** A noise schedule from a data set. */
final class ScheduleHandler implements JobHandler<ScheduleJob, ScheduleResult> {
    private static final int MEDIAN_PAIRS = 100_000;
    private static final long MEDIAN_SEED = 1;

    private static final int LONGEST_TEXT = 1_000;

    private final DatasetLibrary datasets;

    ScheduleHandler(DatasetLibrary datasets) {
        this.datasets = datasets;
    }

    @Override
    public String id(ScheduleJob job) {
        return job.getRunId();
    }

    @Override
    public ScheduleResult run(ScheduleJob job, JobContext context) throws InterruptedException {
        long begin = System.nanoTime();
        requireId("runId", job.getRunId());
        context.throwIfCancelled();
        try {
            var shape = new ImageShape(job.getImageSize(), job.getChannels());
            DatasetLibrary.Found found = datasets.read(job.getDataset(), shape);
            int images = found.data().size();
            require(images >= 2, "dataset", "hold at least 2 images", images);
            context.throwIfCancelled();
            return result(job, found, begin);
        } catch (MissingDatasetException e) {
            if (e.isRootAway()) {
                throw new UncheckedIOException(e.getMessage(), new IOException(e));
            }
            throw new RejectedException(e.getMessage());
        } catch (DatasetException | IllegalArgumentException e) {
            throw new RejectedException(e.getMessage());
        }
    }

    private static ScheduleResult result(ScheduleJob job, DatasetLibrary.Found found, long begin) {
        ImageDataset data = found.data();
        ScheduleParameters asked = job.getParameters();
        int compared = (int) Math.min(data.size(), mostCompared(data.dimension()));
        float[] pixels = data.pixels(compared);
        double maximum =
                asked.getSigmaBegin() == null
                        ? InitialNoiseScale.of(pixels, data.dimension()).maximumDistance()
                        : 0;
        double largest = asked.getSigmaBegin() == null ? maximum : asked.getSigmaBegin();
        require(
                asked.getSigmaBegin() != null || maximum > asked.getSigmaEnd(),
                "dataset",
                "hold images farther apart than sigmaEnd, " + asked.getSigmaEnd(),
                maximum);
        NoiseSchedule schedule = schedule(asked, largest, data.dimension());
        var step =
                LangevinStepSize.search(
                        schedule.ratio(), schedule.smallest(), asked.getStepsPerLevel());
        double epsilon = asked.getEpsilon() == null ? step.epsilon() : asked.getEpsilon();
        // refuses what no sampler could follow, before anybody trains for it
        AnnealedLangevin.plan(schedule, asked.getStepsPerLevel(), epsilon, asked.getDenoise());
        return ScheduleResult.newBuilder()
                .setRunId(job.getRunId())
                .setStatus(JobStatus.COMPLETED)
                .setDataset(found.version())
                .setDatasetFingerprint(data.fingerprint())
                .setImages(data.size())
                .setSkippedImages(data.unusable())
                .setChannels(data.channels())
                .setMaximumDistance(maximum)
                .setMedianDistance(
                        InitialNoiseScale.medianDistance(
                                pixels, data.dimension(), MEDIAN_PAIRS, MEDIAN_SEED))
                .setSigmas(schedule.sigmas())
                .setStepsPerLevel(asked.getStepsPerLevel())
                .setEpsilon(epsilon)
                .setVarianceRatio(step.varianceRatio())
                .setDenoise(asked.getDenoise())
                .setScheduleId(ScheduleIds.of(schedule, asked.getStepsPerLevel(), epsilon))
                .setLeftOut(leftOut(data))
                .setComparedImages(compared)
                .setSeconds((System.nanoTime() - begin) / 1e9)
                .build();
    }

    /** Images whose numbers take a quarter of the memory. */
    private static long mostCompared(int dimension) {
        long fitting = Runtime.getRuntime().maxMemory() / 4 / Float.BYTES / dimension;
        return Math.max(2, Math.min(fitting, (Integer.MAX_VALUE - 8) / dimension));
    }

    private static List<String> leftOut(ImageDataset data) {
        List<String> all = new ArrayList<>();
        data.leftOut().forEach(files -> all.add(files.toString()));
        if (!data.skipped().isEmpty()) {
            all.add(
                    "%d not usable (%s)"
                            .formatted(
                                    data.skipped().size(),
                                    String.join(
                                            "; ",
                                            data.skipped()
                                                    .subList(
                                                            0,
                                                            Math.min(3, data.skipped().size())))));
        }
        return all.stream().map(text -> RecordRules.abbreviated(text, LONGEST_TEXT)).toList();
    }

    private static NoiseSchedule schedule(ScheduleParameters asked, double largest, int dimension) {
        if (asked.getLevels() != null) {
            require(asked.getLevels() >= 2, "levels", "be at least 2", asked.getLevels());
            return NoiseSchedule.geometric(largest, asked.getSigmaEnd(), asked.getLevels());
        }
        return NoiseSchedule.forData(largest, asked.getSigmaEnd(), dimension, asked.getOverlap());
    }

    @Override
    public ScheduleResult ended(ScheduleJob job, JobStatus status, String reason) {
        return ScheduleResult.newBuilder()
                .setRunId(job.getRunId())
                .setStatus(status)
                .setReason(reason)
                .build();
    }
}
