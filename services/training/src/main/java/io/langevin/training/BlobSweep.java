package io.langevin.training;

import static io.langevin.messaging.Topics.JOB_STATES;
import static io.langevin.messaging.Topics.MODEL_CHECKPOINTS;
import static io.langevin.messaging.Topics.PUBLISHING_RESULTS;
import static io.langevin.messaging.Topics.TRAINING_PROGRESS;
import static io.langevin.messaging.Topics.TRAINING_RESULTS;

import io.langevin.artifacts.ArtifactException;
import io.langevin.artifacts.ArtifactId;
import io.langevin.artifacts.ArtifactStore;
import io.langevin.messaging.Failures;
import io.langevin.messaging.KafkaConfig;
import io.langevin.messaging.Schemas;
import io.langevin.messaging.follow.WholeTopic;
import io.langevin.messaging.rules.JobStages;
import io.langevin.records.Candidate;
import io.langevin.records.JobKind;
import io.langevin.records.JobStage;
import io.langevin.records.JobState;
import io.langevin.records.OtherCheckpoint;
import io.langevin.records.PublishedCheckpoint;
import io.langevin.score.Checkpoint;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes what nobody can reach any more, some time after it became so: snapshots of runs that have
 * ended, candidates of runs that ended without publishing one, and a week later those that no model
 * has. What another run names stays, and so does every blob that is not what a record says it is:
 * records come from outside.
 */
final class BlobSweep implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(BlobSweep.class);
    private static final Duration FIRST = Duration.ofMinutes(10);
    private static final Duration EVERY = Duration.ofHours(6);

    /** Whoever is about to use a blob has long done so. */
    static final Duration GRACE = Duration.ofHours(1);

    /** So long somebody may promote another candidate of a run that has published one. */
    static final Duration CANDIDATES_KEPT = Duration.ofDays(7);

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
        } catch (RuntimeException | OutOfMemoryError e) { // a large blob beside a training
            LOG.atWarn().addKeyValue("reason", Failures.reason(e)).log("blobs are left for now");
        }
    }

    /**
     * @return how many were deleted
     */
    int sweep(Instant now) throws InterruptedException {
        Map<String, JobState> states = new HashMap<>();
        WholeTopic.read(
                kafka,
                schemas,
                JOB_STATES,
                (state, source) -> {
                    if (state == null) {
                        states.remove(source.key());
                    } else {
                        states.put(source.key(), state);
                    }
                });
        states.values().removeIf(state -> !isLongOver(state, now));
        int deleted = 0;
        for (String id : snapshots(states.keySet())) {
            deleted += deleted(id, () -> TrainingSnapshot.delete(artifacts, new ArtifactId(id)));
        }
        for (var candidate : candidates(states, now).entrySet()) {
            deleted += deleted(candidate.getKey(), () -> delete(candidate));
        }
        return deleted;
    }

    /** A blob that cannot be judged is left, and holds up no other. */
    private static int deleted(String id, BooleanSupplier deletion) {
        try {
            return ArtifactId.isId(id) && deletion.getAsBoolean() ? 1 : 0;
        } catch (RuntimeException e) {
            LOG.atWarn()
                    .addKeyValue("blob", id)
                    .addKeyValue("reason", Failures.reason(e))
                    .log("a blob is left for now");
            return 0;
        }
    }

    /**
     * @param candidate artifact id and run
     */
    private boolean delete(Map.Entry<String, String> candidate) {
        boolean own = isOf(candidate.getValue(), candidate.getKey());
        if (own) {
            artifacts.delete(new ArtifactId(candidate.getKey()));
        }
        return own;
    }

    private static boolean isLongOver(JobState state, Instant now) {
        return state != null
                && state.getKind() == JobKind.RETRAINING
                && JobStages.isEnd(state.getStage())
                && state.getUpdatedAt().plus(GRACE).isBefore(now);
    }

    /** Artifact ids of snapshots that none but these runs name. */
    private Set<String> snapshots(Set<String> ended) throws InterruptedException {
        Set<String> theirs = new HashSet<>();
        Set<String> others = new HashSet<>();
        WholeTopic.read(
                kafka,
                schemas,
                TRAINING_PROGRESS,
                (progress, source) -> {
                    if (progress != null && progress.getSnapshot() != null) {
                        Set<String> named = ended.contains(source.key()) ? theirs : others;
                        named.add(progress.getSnapshot());
                    }
                });
        theirs.removeAll(others);
        return theirs;
    }

    /** Artifact ids of candidates that no model has and none but such runs name, and those runs. */
    private Map<String, String> candidates(Map<String, JobState> ended, Instant now)
            throws InterruptedException {
        Map<String, String> unpublished = new HashMap<>();
        Set<String> others = new HashSet<>(published());
        WholeTopic.read(
                kafka,
                schemas,
                TRAINING_RESULTS,
                (result, source) -> {
                    if (result == null) {
                        return;
                    }
                    JobState state = ended.get(source.key());
                    boolean over = state != null && isOver(state, now);
                    for (Candidate candidate : result.getCandidates()) {
                        if (over) {
                            unpublished.put(candidate.getCheckpoint(), source.key());
                        } else {
                            others.add(candidate.getCheckpoint());
                        }
                    }
                });
        WholeTopic.read(
                kafka,
                schemas,
                TRAINING_PROGRESS,
                (progress, source) -> {
                    JobState state = progress == null ? null : ended.get(source.key());
                    Candidate candidate = state == null ? null : progress.getCandidate();
                    if (candidate != null && isOver(state, now)) {
                        unpublished.put(candidate.getCheckpoint(), source.key());
                    }
                });
        unpublished.keySet().removeAll(others);
        return unpublished;
    }

    /** Whether nobody waits for the candidates of a run that has ended. */
    private static boolean isOver(JobState state, Instant now) {
        return state.getStage() != JobStage.COMPLETED
                || state.getUpdatedAt().plus(CANDIDATES_KEPT).isBefore(now);
    }

    /** Whether a blob is a checkpoint that this run made. */
    private boolean isOf(String runId, String blob) {
        try {
            Checkpoint checkpoint = Checkpoint.parse(artifacts.get(new ArtifactId(blob)));
            return runId.equals(checkpoint.origin().get("run_id"));
        } catch (ArtifactException | IllegalArgumentException e) {
            return false; // it is gone, or no checkpoint
        }
    }

    /** Checkpoints that are or were some model's: a request may name them by their id. */
    private Set<String> published() throws InterruptedException {
        Set<String> published = new HashSet<>();
        WholeTopic.read(
                kafka,
                schemas,
                PUBLISHING_RESULTS,
                (result, source) -> {
                    if (result != null) {
                        published.add(result.getCheckpoint());
                    }
                });
        WholeTopic.read(
                kafka,
                schemas,
                MODEL_CHECKPOINTS,
                (checkpoint, source) -> {
                    if (checkpoint != null) {
                        published.add(checkpoint.getCheckpoint());
                        published.addAll(others(checkpoint));
                    }
                });
        return published;
    }

    private static List<String> others(PublishedCheckpoint model) {
        return Stream.of(model.getPrevious(), model.getCandidate())
                .filter(Objects::nonNull)
                .map(OtherCheckpoint::getCheckpoint)
                .toList();
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
