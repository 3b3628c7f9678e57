package io.langevin.publishing.judging;

import static io.langevin.messaging.rules.RecordRules.requireArtifact;

import io.langevin.artifacts.ArtifactStore;
import io.langevin.datasets.DatasetRoots;
import io.langevin.datatopic.DatasetLibrary;
import io.langevin.messaging.KafkaConfig;
import io.langevin.messaging.Schemas;
import io.langevin.messaging.queue.JobContext;
import io.langevin.messaging.rules.RejectedException;
import io.langevin.records.Candidate;
import io.langevin.records.JudgingJob;
import io.langevin.records.PublishedCheckpoint;
import io.langevin.records.PublishingJob;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Judges the candidates of a run by images that the samplers make, and by images of the same seed
 * what their model has now. What is judged is announced at once and not judged again: a run of
 * which some candidates were judged while it was in training, or by a worker that died, goes on
 * from there. The threads of several jobs take turns.
 */
public final class CandidateJudge implements AutoCloseable {
    /** So many times what a job waits, an image may take: the first comes after a whole plan. */
    private static final int PATIENCES = 3;

    private final KafkaConfig kafka;
    private final Schemas schemas;
    private final ArtifactStore artifacts;
    private final Duration patience;
    private final DescribedData data;
    private final JudgementLog log;
    private final Turns turns = new Turns();

    private CandidateJudge(
            KafkaConfig kafka,
            Schemas schemas,
            ArtifactStore artifacts,
            Duration patience,
            DescribedData data,
            JudgementLog log) {
        this.kafka = kafka;
        this.schemas = schemas;
        this.artifacts = artifacts;
        this.patience = patience.multipliedBy(PATIENCES);
        this.data = data;
        this.log = log;
    }

    /**
     * @param extractor a TorchScript file that describes images; empty: random convolutions do
     * @param patience how long a job waits for what is out of reach
     * @param writer of judgements, for {@code ce_source}
     * @throws io.langevin.process.ConfigurationException where the extractor cannot be used
     */
    public static CandidateJudge open(
            KafkaConfig kafka,
            Schemas schemas,
            DatasetRoots roots,
            ArtifactStore artifacts,
            Optional<Path> extractor,
            Duration patience,
            String writer)
            throws InterruptedException {
        return new CandidateJudge(
                kafka,
                schemas,
                artifacts,
                patience,
                new DescribedData(new DatasetLibrary(roots, kafka, schemas, artifacts), extractor),
                JudgementLog.open(kafka, schemas, writer));
    }

    /**
     * @param now what the model has
     * @throws RejectedException where a candidate cannot be used
     * @throws UncheckedIOException where data are out of reach
     */
    public JudgedRun judge(PublishingJob job, Optional<PublishedCheckpoint> now, JobContext context)
            throws InterruptedException {
        List<String> ids = job.getCandidates().stream().map(Candidate::getCheckpoint).toList();
        for (String id : ids) {
            requireArtifact("candidates", id);
        }
        if (job.getData() == null) {
            return JudgedRun.notJudged(ids, "");
        }
        try (var samples = SampledImages.connect(kafka, artifacts, patience)) {
            RealImages real = turns.take(context, () -> data.of(job.getData()));
            int images = job.getPromotion().getImages();
            return new Judging(
                            job.getRunId(),
                            job.getModel(),
                            real,
                            images,
                            samples,
                            log,
                            turns,
                            context)
                    .all(job.getCandidates(), now);
        } catch (NotJudgedException e) {
            return e.isPassing()
                    ? JudgedRun.waiting(ids, e.getMessage())
                    : JudgedRun.notJudged(ids, e.getMessage());
        }
    }

    /**
     * Judges one candidate of a run that is in training.
     *
     * @throws NotJudgedException where it cannot be judged
     * @throws RejectedException where it cannot be used
     * @throws UncheckedIOException where data are out of reach
     */
    void judge(JudgingJob job, JobContext context) throws InterruptedException {
        requireArtifact("candidate.checkpoint", job.getCandidate().getCheckpoint());
        try (var samples = SampledImages.connect(kafka, artifacts, patience)) {
            RealImages real = turns.take(context, () -> data.of(job.getData()));
            int images = job.getPromotion().getImages();
            new Judging(job.getRunId(), job.getModel(), real, images, samples, log, turns, context)
                    .ahead(job.getCandidate());
        }
    }

    /** Asks once more what was asked of the model lately, with a candidate. */
    public Replay shadow(PublishingJob job, String checkpoint, JobContext context)
            throws InterruptedException {
        try {
            return new Shadow(kafka, schemas, patience)
                    .replay(job.getModel(), checkpoint, job.getPromotion().getShadow(), context);
        } catch (NotJudgedException e) {
            return Replay.refused("could not be tried: " + e.getMessage());
        }
    }

    @Override
    public void close() {
        log.close();
        data.close();
    }
}
