package io.langevin.publishing.judging;

import io.langevin.datasets.pixels.ContactSheet;
import io.langevin.messaging.queue.JobContext;
import io.langevin.messaging.rules.RejectedException;
import io.langevin.process.Inert;
import io.langevin.quality.ImageSet;
import io.langevin.records.Candidate;
import io.langevin.records.CheckpointQuality;
import io.langevin.records.JudgedCheckpoint;
import io.langevin.records.PublishedCheckpoint;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The checkpoints of one run, a turn each. Owned by one thread. */
final class Judging {
    private static final Logger LOG = LoggerFactory.getLogger(Judging.class);

    /** A grid is for the eye: so many images a side, and so many pixels. */
    private static final int GRID_IMAGES = 4;

    private static final int GRID_PIXELS = 256;

    private final String runId;
    private final String model;
    private final RealImages real;
    private final int images;
    private final SampledImages samples;
    private final JudgementLog log;
    private final Turns turns;
    private final JobContext context;

    /**
     * @param images by which each is judged
     */
    Judging(
            String runId,
            String model,
            RealImages real,
            int images,
            SampledImages samples,
            JudgementLog log,
            Turns turns,
            JobContext context) {
        this.runId = runId;
        this.model = model;
        this.real = real;
        this.images = Math.min(images, real.mostImages());
        this.samples = samples;
        this.log = log;
        this.turns = turns;
        this.context = context;
    }

    /** One candidate of a run that is in training. */
    void ahead(Candidate candidate) throws InterruptedException {
        turns.take(
                context,
                () -> {
                    int before = log.of(runId).size();
                    return quality(
                            candidate.getCheckpoint(), candidate.getIteration(), before + 1, 0);
                });
    }

    /**
     * All of them, and what their model has now.
     *
     * @throws RejectedException where none of them can be used
     */
    JudgedRun all(List<Candidate> candidates, Optional<PublishedCheckpoint> now)
            throws InterruptedException {
        turns.take(
                context,
                () -> {
                    log.refresh(runId);
                    return log.of(runId);
                });
        Map<String, Integer> wanted = new LinkedHashMap<>();
        Map<String, CheckpointQuality> qualities = new HashMap<>();
        now.filter(real::fit)
                .ifPresent(
                        serving -> {
                            wanted.put(serving.getCheckpoint(), null);
                            comparable(serving.getQuality())
                                    .ifPresent(had -> qualities.put(serving.getCheckpoint(), had));
                        });
        for (Candidate one : candidates) {
            wanted.put(one.getCheckpoint(), one.getIteration());
        }
        Optional<RejectedException> refused = Optional.empty();
        int judged = 0;
        for (Map.Entry<String, Integer> one : wanted.entrySet()) {
            int number = ++judged;
            String checkpoint = one.getKey();
            if (qualities.containsKey(checkpoint)) {
                continue;
            }
            try {
                CheckpointQuality quality =
                        turns.take(
                                context,
                                () -> quality(checkpoint, one.getValue(), number, wanted.size()));
                qualities.put(checkpoint, quality);
            } catch (RejectedException e) {
                sayRefused(checkpoint, e);
                refused = Optional.of(e);
            }
        }
        List<String> ids = candidates.stream().map(Candidate::getCheckpoint).toList();
        if (refused.isPresent() && ids.stream().noneMatch(qualities::containsKey)) {
            throw refused.get();
        }
        return new JudgedRun(ids, qualities, quality -> real.isComparable(quality, images));
    }

    /**
     * What is known already, or what its images come to.
     *
     * @param iteration steps behind it; null: it is the one that the model has
     * @throws RejectedException where the samplers refuse it
     */
    private CheckpointQuality quality(String checkpoint, Integer iteration, int judged, int count)
            throws InterruptedException {
        Optional<CheckpointQuality> known = comparable(log.of(runId).get(checkpoint));
        if (known.isPresent()) {
            return known.get();
        }
        SampledImages.Sample sample = samples.of(model, checkpoint, images, context);
        CheckpointQuality quality;
        try {
            quality = real.judge(sample.images(), sample.evaluations());
        } catch (IllegalArgumentException e) {
            throw new RejectedException(
                    "candidate %s: its images cannot be compared: %s"
                            .formatted(checkpoint, e.getMessage()));
        }
        log.write(
                JudgedCheckpoint.newBuilder()
                        .setRunId(runId)
                        .setModel(model)
                        .setCheckpoint(checkpoint)
                        .setIteration(iteration)
                        .setJudged(judged)
                        .setCount(count)
                        .setQuality(quality)
                        .setJudgedAt(Instant.now())
                        .setGrid(ByteBuffer.wrap(grid(sample.images())))
                        .build(),
                context.headers());
        context.gotFurther();
        return quality;
    }

    private Optional<CheckpointQuality> comparable(CheckpointQuality quality) {
        return Optional.ofNullable(quality).filter(other -> real.isComparable(other, images));
    }

    private static byte[] grid(ImageSet images) {
        int side = Math.max(1, Math.min(GRID_IMAGES, GRID_PIXELS / images.size()));
        int shown = Math.min(images.count(), side * side);
        float[] pixels = Arrays.copyOf(images.pixels(), shown * images.dimension());
        return ContactSheet.png(
                ContactSheet.of(pixels, images.channels(), images.size(), images.size()));
    }

    /** One that cannot be sampled from is passed over: the others may be good. */
    private void sayRefused(String checkpoint, RejectedException why) {
        LOG.atWarn()
                .addKeyValue("model", model)
                .addKeyValue("checkpoint", checkpoint)
                .addKeyValue("reason", Inert.text(why.getMessage()))
                .log("a checkpoint cannot be judged");
    }
}
