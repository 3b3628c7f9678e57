package io.langevin.training;

import static io.langevin.messaging.Topics.JOB_STATES;
import static io.langevin.messaging.Topics.MODEL_CHECKPOINTS;
import static io.langevin.messaging.Topics.PUBLISHING_RESULTS;
import static io.langevin.messaging.Topics.TRAINING_PROGRESS;
import static io.langevin.messaging.Topics.TRAINING_RESULTS;
import static io.langevin.training.BlobSweep.CANDIDATES_KEPT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.langevin.artifacts.ArtifactException;
import io.langevin.artifacts.ArtifactId;
import io.langevin.artifacts.ArtifactStore;
import io.langevin.artifacts.ArtifactStores;
import io.langevin.messaging.KafkaConfig;
import io.langevin.messaging.KafkaEnvironment;
import io.langevin.messaging.RecordWriter;
import io.langevin.messaging.Schemas;
import io.langevin.messaging.Topic;
import io.langevin.noise.NoiseSchedule;
import io.langevin.records.Candidate;
import io.langevin.records.JobKind;
import io.langevin.records.JobStage;
import io.langevin.records.JobState;
import io.langevin.records.JobStatus;
import io.langevin.records.OtherCheckpoint;
import io.langevin.records.PublishedCheckpoint;
import io.langevin.records.PublishingResult;
import io.langevin.records.TrainingProgress;
import io.langevin.records.TrainingResult;
import io.langevin.score.Checkpoint;
import io.langevin.score.DenoisingScoreMatching.State;
import io.langevin.score.NetworkArchitecture;
import io.langevin.score.NetworkArchitecture.Family;
import io.langevin.score.ParameterLayout;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Deleted is what nobody can reach, and nothing else. */
@Timeout(value = 15, unit = TimeUnit.MINUTES) // only against a hang
class BlobSweepIT {
    private static final Instant LONG_AGO = Instant.now().minus(BlobSweep.GRACE.multipliedBy(2));

    @TempDir Path folder;
    private KafkaConfig kafka;
    private Schemas schemas;
    private ArtifactStore store;
    private int next;

    @BeforeEach
    void start() throws InterruptedException {
        kafka = KafkaEnvironment.fresh();
        schemas = new Schemas(kafka);
        store = ArtifactStores.open(folder.toUri());
    }

    @Test
    void snapshots_and_candidates_of_ended_runs_go_and_all_else_stays() throws Exception {
        ArtifactId cancelled = snapshotOf(run(JobStage.CANCELLED, LONG_AGO));
        ArtifactId running = snapshotOf(run(JobStage.TRAINING, LONG_AGO));
        ArtifactId justEnded = snapshotOf(run(JobStage.CANCELLED, Instant.now()));
        ArtifactId unknown = snapshotOf(UUID.randomUUID().toString());
        ArtifactId superseded = candidateOf(run(JobStage.FAILED, LONG_AGO));
        String completed = run(JobStage.COMPLETED, LONG_AGO);
        ArtifactId published = candidateOf(completed);
        ArtifactId besideIt = candidateOf(completed);
        write(
                PUBLISHING_RESULTS,
                completed,
                PublishingResult.newBuilder()
                        .setRunId(completed)
                        .setStatus(JobStatus.COMPLETED)
                        .setCheckpoint(published.hex())
                        .build());

        String old = run(JobStage.COMPLETED, Instant.now().minus(CANDIDATES_KEPT).minusSeconds(1));
        ArtifactId notTaken = candidateOf(old);
        ArtifactId waits = candidateOf(old);
        ArtifactId before = candidateOf(old);
        write(MODEL_CHECKPOINTS, "m", model(waits, before));

        assertThat(sweep()).isEqualTo(3);

        assertGone(cancelled, superseded, notTaken);
        assertThere(running, justEnded, unknown, published, besideIt, waits, before);
    }

    /** Records come from outside: whoever can write one must not have others' blobs deleted. */
    @Test
    void what_a_record_names_that_is_not_its_runs_stays() throws Exception {
        String over = run(JobStage.CANCELLED, LONG_AGO);
        ArtifactId foreign = store.put(new byte[] {1, 2, 3});
        nameSnapshot(over, foreign);
        ArtifactId ofRunning = snapshotOf(run(JobStage.TRAINING, LONG_AGO));
        nameSnapshot(over, ofRunning);
        ArtifactId modelOfSomebody = store.put(checkpoint(UUID.randomUUID().toString()));
        nameCandidate(over, modelOfSomebody);
        nameSnapshot(over, modelOfSomebody);
        String request = run(JobKind.SAMPLING, JobStage.COMPLETED, LONG_AGO);
        ArtifactId ofNoRun = snapshotOf(request);

        assertThat(sweep()).isZero();

        assertThere(foreign, ofRunning, modelOfSomebody, ofNoRun);
    }

    private static PublishedCheckpoint model(ArtifactId candidate, ArtifactId previous) {
        return PublishedCheckpoint.newBuilder()
                .setModel("m")
                .setCheckpoint("f".repeat(64))
                .setFamily("ncsnv2")
                .setNgf(4)
                .setImageSize(8)
                .setChannels(1)
                .setLevels(2)
                .setStepsPerLevel(1)
                .setScheduleId("s")
                .setPublishedAt(Instant.now())
                .setCandidate(new OtherCheckpoint(candidate.hex(), null, null))
                .setPrevious(new OtherCheckpoint(previous.hex(), null, null))
                .build();
    }

    private int sweep() throws InterruptedException {
        try (var sweep = new BlobSweep(kafka, schemas, store)) {
            return sweep.sweep(Instant.now());
        }
    }

    private void assertGone(ArtifactId... blobs) {
        for (ArtifactId gone : blobs) {
            assertThatThrownBy(() -> store.get(gone)).isInstanceOf(ArtifactException.class);
        }
    }

    private void assertThere(ArtifactId... blobs) {
        for (ArtifactId there : blobs) {
            assertThat(store.get(there)).isNotEmpty();
        }
    }

    private String run(JobStage stage, Instant updated) throws InterruptedException {
        return run(JobKind.RETRAINING, stage, updated);
    }

    private String run(JobKind kind, JobStage stage, Instant updated) throws InterruptedException {
        String id = UUID.randomUUID().toString();
        write(
                JOB_STATES,
                id,
                JobState.newBuilder()
                        .setId(id)
                        .setKind(kind)
                        .setStage(stage)
                        .setModel("m")
                        .setRequestedAt(updated)
                        .setUpdatedAt(updated)
                        .build());
        return id;
    }

    private ArtifactId snapshotOf(String run) throws InterruptedException {
        var state = new State(next++, new float[1], new float[1], new float[1], new float[1]);
        ArtifactId id = store.put(new TrainingSnapshot(state, 1, 1, List.of(), false).bytes());
        nameSnapshot(run, id);
        return id;
    }

    private void nameSnapshot(String run, ArtifactId id) throws InterruptedException {
        write(
                TRAINING_PROGRESS,
                run,
                TrainingProgress.newBuilder()
                        .setRunId(run)
                        .setIteration(1)
                        .setIterations(2)
                        .setSeconds(1)
                        .setLoss(1)
                        .setImagesPerSecond(1)
                        .setSnapshot(id.hex())
                        .setMeasuredAt(Instant.now())
                        .build());
    }

    private ArtifactId candidateOf(String run) throws InterruptedException {
        ArtifactId id = store.put(checkpoint(run));
        nameCandidate(run, id);
        return id;
    }

    private byte[] checkpoint(String run) {
        var architecture = new NetworkArchitecture(Family.BASE, 2, 1, 8, 0);
        float[] weights = new float[ParameterLayout.of(architecture).size()];
        return new Checkpoint(
                        architecture,
                        new NoiseSchedule(List.of(1.0, 0.1)),
                        1,
                        1e-5,
                        true,
                        "s" + next++,
                        Optional.empty(),
                        weights,
                        Map.of("run_id", run))
                .bytes();
    }

    private void nameCandidate(String run, ArtifactId id) throws InterruptedException {
        write(
                TRAINING_RESULTS,
                run,
                TrainingResult.newBuilder()
                        .setRunId(run)
                        .setStatus(JobStatus.COMPLETED)
                        .setCandidates(List.of(new Candidate(id.hex(), 1, 1.0, null)))
                        .build());
    }

    private <T extends SpecificRecord> void write(Topic<T> topic, String key, T record)
            throws InterruptedException {
        try (var writer = RecordWriter.open(kafka, schemas, topic, "test")) {
            writer.write(key, record);
        }
    }
}
