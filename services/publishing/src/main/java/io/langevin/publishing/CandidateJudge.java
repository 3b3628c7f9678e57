package io.langevin.publishing;

import static io.langevin.messaging.Topics.MODEL_JUDGEMENTS;
import static io.langevin.messaging.rules.RecordRules.require;
import static io.langevin.messaging.rules.RecordRules.requireArtifact;

import io.langevin.artifacts.ArtifactStore;
import io.langevin.datasets.DatasetException;
import io.langevin.datasets.ImageDataset;
import io.langevin.datasets.ImageShape;
import io.langevin.datasets.MissingDatasetException;
import io.langevin.datatopic.DatasetLibrary;
import io.langevin.messaging.KafkaConfig;
import io.langevin.messaging.RecordWriter;
import io.langevin.messaging.Schemas;
import io.langevin.messaging.follow.WholeTopic;
import io.langevin.messaging.queue.JobContext;
import io.langevin.messaging.rules.RejectedException;
import io.langevin.process.Inert;
import io.langevin.quality.FeatureExtractor;
import io.langevin.records.Candidate;
import io.langevin.records.CheckpointQuality;
import io.langevin.records.JudgedCheckpoint;
import io.langevin.records.JudgingData;
import io.langevin.records.PublishedCheckpoint;
import io.langevin.records.PublishingJob;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Judges the candidates of a run by images that the samplers make, and by images of the same seed
 * what their model has now. What is judged is announced at once; a run that is judged again,
 * because its worker died, goes on where it was. Owned by one thread.
 */
final class CandidateJudge implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(CandidateJudge.class);

    /** Fewer say nothing about the data that they come from. */
    private static final int FEWEST_REAL = 50;

    /** So many times what a job waits, an image may take: the first comes after a whole plan. */
    private static final int PATIENCES = 3;

    private final KafkaConfig kafka;
    private final Schemas schemas;
    private final DatasetLibrary datasets;
    private final ArtifactStore artifacts;
    private final Extractors extractors;
    private final Duration patience;
    private final RecordWriter<JudgedCheckpoint> judgements;

    /** Of the last run: the next one may have the same. */
    private Optional<RealImages> described = Optional.empty();

    private CandidateJudge(
            PublishingConfig config,
            Schemas schemas,
            ArtifactStore artifacts,
            RecordWriter<JudgedCheckpoint> judgements) {
        this.kafka = config.kafka();
        this.schemas = schemas;
        this.datasets = new DatasetLibrary(config.datasets(), config.kafka(), schemas, artifacts);
        this.artifacts = artifacts;
        this.extractors = new Extractors(config.extractor());
        extractors.check();
        this.patience = config.locks().patience().multipliedBy(PATIENCES);
        this.judgements = judgements;
    }

    static CandidateJudge open(PublishingConfig config, Schemas schemas, ArtifactStore artifacts)
            throws InterruptedException {
        return new CandidateJudge(
                config,
                schemas,
                artifacts,
                RecordWriter.open(
                        config.kafka(), schemas, MODEL_JUDGEMENTS, PublishingConfig.NAME));
    }

    /**
     * @param now what the model has
     * @throws RejectedException where a candidate cannot be used
     * @throws UncheckedIOException where data are out of reach
     */
    JudgedRun judge(PublishingJob job, Optional<PublishedCheckpoint> now, JobContext context)
            throws InterruptedException {
        List<String> ids = job.getCandidates().stream().map(Candidate::getCheckpoint).toList();
        for (String id : ids) {
            requireArtifact("candidates", id);
        }
        JudgingData wanted = job.getData();
        if (wanted == null) {
            return JudgedRun.notJudged(ids, "");
        }
        double heldOut = wanted.getHeldOut();
        require(heldOut >= 0 && heldOut <= 0.5, "data.heldOut", "be 0 to 0.5", heldOut);
        Optional<String> refusal = extractors.refusal(wanted.getImageSize());
        if (refusal.isPresent()) {
            return JudgedRun.notJudged(ids, "not judged: " + refusal.get());
        }
        if (described.filter(images -> images.areOf(wanted)).isEmpty()) {
            ImageDataset data = data(wanted);
            if (data.size() < FEWEST_REAL) {
                return JudgedRun.notJudged(
                        ids,
                        "not judged: the data has %d images, fewer than %d"
                                .formatted(data.size(), FEWEST_REAL));
            }
            FeatureExtractor extractor;
            try {
                extractor = extractors.of(data.channels(), data.imageSize());
            } catch (RejectedException e) {
                return JudgedRun.waiting(ids, "not judged: " + e.getMessage());
            }
            described = Optional.of(new RealImages(data, heldOut, extractor));
        }
        try (var samples = SampledImages.connect(kafka, artifacts, patience)) {
            return new Judging(job, described.get(), samples, context).run(ids, now);
        } catch (SampledImages.NoSamplerException e) {
            return JudgedRun.waiting(ids, "not judged: " + e.getMessage());
        }
    }

    private ImageDataset data(JudgingData wanted) throws InterruptedException {
        try {
            ImageDataset data =
                    datasets.read(
                                    wanted.getDataset(),
                                    new ImageShape(wanted.getImageSize(), wanted.getChannels()))
                            .data();
            require(
                    data.fingerprint().equals(wanted.getDatasetFingerprint()),
                    "dataset",
                    "still have the fingerprint %s that it was trained on"
                            .formatted(wanted.getDatasetFingerprint()),
                    data.fingerprint());
            return data;
        } catch (MissingDatasetException e) {
            // it was there when it was trained on: perhaps its disk is not mounted yet
            throw new UncheckedIOException(e.getMessage(), new IOException(e));
        } catch (DatasetException e) {
            throw new RejectedException(e.getMessage());
        }
    }

    /** One run. */
    private final class Judging {
        private final PublishingJob job;
        private final RealImages real;
        private final SampledImages samples;
        private final JobContext context;
        private final int images;

        Judging(PublishingJob job, RealImages real, SampledImages samples, JobContext context) {
            this.job = job;
            this.real = real;
            this.samples = samples;
            this.context = context;
            this.images = Math.min(job.getPromotion().getImages(), real.mostImages());
        }

        JudgedRun run(List<String> candidates, Optional<PublishedCheckpoint> now)
                throws InterruptedException {
            Map<String, CheckpointQuality> known = known(now);
            Map<String, Integer> wanted = new LinkedHashMap<>();
            now.filter(real::fit).ifPresent(model -> wanted.put(model.getCheckpoint(), null));
            for (Candidate one : job.getCandidates()) {
                wanted.put(one.getCheckpoint(), one.getIteration());
            }
            Map<String, CheckpointQuality> qualities = new HashMap<>();
            Optional<RejectedException> refused = Optional.empty();
            int left = wanted.size();
            for (Map.Entry<String, Integer> one : wanted.entrySet()) {
                left--;
                CheckpointQuality quality = known.get(one.getKey());
                if (quality == null) {
                    try {
                        quality = judged(one.getKey());
                    } catch (RejectedException e) {
                        sayRefused(one.getKey(), e);
                        refused = Optional.of(e);
                        continue;
                    }
                    say(one, wanted.size() - left, wanted.size(), quality);
                }
                qualities.put(one.getKey(), quality);
            }
            if (refused.isPresent() && candidates.stream().noneMatch(qualities::containsKey)) {
                throw refused.get();
            }
            return new JudgedRun(
                    candidates, qualities, quality -> real.isComparable(quality, images));
        }

        /** What this run, or the one that made what the model has, has measured already. */
        private Map<String, CheckpointQuality> known(Optional<PublishedCheckpoint> now)
                throws InterruptedException {
            Map<String, CheckpointQuality> known = new ConcurrentHashMap<>();
            WholeTopic.read(
                    kafka,
                    schemas,
                    MODEL_JUDGEMENTS,
                    (record, source) -> {
                        if (record != null && job.getRunId().equals(source.key())) {
                            known.put(record.getCheckpoint(), record.getQuality());
                        }
                    });
            now.filter(model -> model.getQuality() != null)
                    .ifPresent(model -> known.put(model.getCheckpoint(), model.getQuality()));
            known.values().removeIf(quality -> !real.isComparable(quality, images));
            return known;
        }

        private CheckpointQuality judged(String checkpoint) throws InterruptedException {
            try {
                var sample = samples.of(job.getModel(), checkpoint, images, context);
                return real.judge(sample.images(), sample.evaluations());
            } catch (IllegalArgumentException e) {
                throw new RejectedException(
                        "candidate %s: its images cannot be compared: %s"
                                .formatted(checkpoint, e.getMessage()));
            }
        }

        /** One that cannot be sampled from is passed over: the others may be good. */
        private void sayRefused(String checkpoint, RejectedException why) {
            LOG.atWarn()
                    .addKeyValue("model", job.getModel())
                    .addKeyValue("checkpoint", checkpoint)
                    .addKeyValue("reason", Inert.text(why.getMessage()))
                    .log("a checkpoint cannot be judged");
        }

        private void say(
                Map.Entry<String, Integer> one, int judged, int count, CheckpointQuality quality)
                throws InterruptedException {
            judgements.write(
                    job.getRunId(),
                    JudgedCheckpoint.newBuilder()
                            .setRunId(job.getRunId())
                            .setModel(job.getModel())
                            .setCheckpoint(one.getKey())
                            .setIteration(one.getValue())
                            .setJudged(judged)
                            .setCount(count)
                            .setQuality(quality)
                            .setJudgedAt(Instant.now())
                            .build(),
                    context.headers());
            context.gotFurther();
        }
    }

    @Override
    public void close() {
        judgements.close();
        extractors.close();
    }
}
