package io.langevin.training;

import static io.langevin.messaging.Topics.JOB_STATES;
import static io.langevin.messaging.Topics.MODEL_CHECKPOINTS;
import static io.langevin.messaging.Topics.PUBLISHING_RESULTS;
import static io.langevin.messaging.Topics.TRAINING_PROGRESS;
import static io.langevin.messaging.Topics.TRAINING_RESULTS;

import io.langevin.artifacts.ArtifactId;
import io.langevin.artifacts.ArtifactStore;
import io.langevin.messaging.Failures;
import io.langevin.messaging.KafkaConfig;
import io.langevin.messaging.Schemas;
import io.langevin.messaging.TopicFollower;
import io.langevin.records.Candidate;
import io.langevin.records.JobStage;
import io.langevin.records.JobState;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes what nobody can reach any more, some time after it became so: snapshots of runs that have
 * ended, and candidates of runs that were never published. A worker that dies, or a run that is
 * cancelled while no worker has it, leaves them behind.
 */
final class BlobSweep implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(BlobSweep.class);
    private static final Duration FIRST = Duration.ofMinutes(10);
    private static final Duration EVERY = Duration.ofHours(6);

    /** Whoever is about to use a blob has long done so. */
    static final Duration GRACE = Duration.ofHours(1);

    private static final Set<JobStage> ENDED =
            Set.of(JobStage.COMPLETED, JobStage.FAILED, JobStage.CANCELLED, JobStage.EXPIRED);

    private final KafkaConfig kafka;
    private final Schemas schemas;
    private final ArtifactStore artifacts;
    private final ScheduledExecutorService thread =
            Executors.newSingleThreadScheduledExecutor(
                    task -> {
                        Thread daemon = new Thread(task, "blob-sweep");
                        daemon.setDaemon(true);
                        return daemon;
                    });

    BlobSweep(KafkaConfig kafka, Schemas schemas, ArtifactStore artifacts) {
        this.kafka = kafka;
        this.schemas = schemas;
        this.artifacts = artifacts;
    }

    static BlobSweep start(KafkaConfig kafka, Schemas schemas, ArtifactStore artifacts) {
        var sweep = new BlobSweep(kafka, schemas, artifacts);
        sweep.thread.scheduleWithFixedDelay(
                sweep::sweepNow, FIRST.toSeconds(), EVERY.toSeconds(), TimeUnit.SECONDS);
        return sweep;
    }

    /** What cannot be read or deleted now is left to the next time. */
    private void sweepNow() {
        try {
            int deleted = sweep(Instant.now());
            LOG.atInfo().addKeyValue("blobs", deleted).log("deleted what nobody can reach");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            LOG.atWarn().addKeyValue("reason", Failures.reason(e)).log("blobs are left for now");
        }
    }

    /**
     * @return how many were deleted, or had been before
     */
    int sweep(Instant now) throws InterruptedException {
        Set<String> ended = new HashSet<>();
        Map<String, JobState> states = new HashMap<>();
        TopicFollower.readAll(kafka, schemas, JOB_STATES, (r, s) -> states.put(s.key(), r));
        states.forEach(
                (id, state) -> {
                    boolean over = state != null && ENDED.contains(state.getStage());
                    if (over && state.getUpdatedAt().plus(GRACE).isBefore(now)) {
                        ended.add(id);
                    }
                });
        Set<String> blobs = new HashSet<>();
        TopicFollower.readAll(
                kafka,
                schemas,
                TRAINING_PROGRESS,
                (progress, source) -> {
                    if (ended.contains(source.key()) && progress.getSnapshot() != null) {
                        blobs.add(progress.getSnapshot());
                    }
                });
        TopicFollower.readAll(
                kafka,
                schemas,
                TRAINING_RESULTS,
                (result, source) -> {
                    if (ended.contains(source.key())) {
                        result.getCandidates().stream()
                                .map(Candidate::getCheckpoint)
                                .forEach(blobs::add);
                    }
                });
        blobs.removeAll(published());
        blobs.stream().filter(ArtifactId::isId).map(ArtifactId::new).forEach(artifacts::delete);
        return blobs.size();
    }

    /** Checkpoints that are or were some model's: a request may name them by their id. */
    private Set<String> published() throws InterruptedException {
        Set<String> published = new HashSet<>();
        TopicFollower.readAll(
                kafka, schemas, PUBLISHING_RESULTS, (r, s) -> published.add(r.getCheckpoint()));
        TopicFollower.readAll(
                kafka,
                schemas,
                MODEL_CHECKPOINTS,
                (checkpoint, source) -> {
                    if (checkpoint != null) {
                        published.add(checkpoint.getCheckpoint());
                    }
                });
        return published;
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
