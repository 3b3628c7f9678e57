package io.langevin.publishing;

import static io.langevin.messaging.RecordRules.require;
import static io.langevin.messaging.RecordRules.requireId;
import static io.langevin.messaging.RecordRules.requireModelName;
import static io.langevin.messaging.Topics.MODEL_CHECKPOINTS;

import io.langevin.artifacts.ArtifactException;
import io.langevin.artifacts.ArtifactId;
import io.langevin.artifacts.ArtifactStore;
import io.langevin.messaging.JobContext;
import io.langevin.messaging.JobHandler;
import io.langevin.messaging.KafkaConfig;
import io.langevin.messaging.RecordWriter;
import io.langevin.messaging.RejectedException;
import io.langevin.messaging.Schemas;
import io.langevin.records.Candidate;
import io.langevin.records.JobStatus;
import io.langevin.records.PublishedCheckpoint;
import io.langevin.records.PublishingJob;
import io.langevin.records.PublishingResult;
import io.langevin.score.Checkpoint;
import io.langevin.score.TorchScoreNetwork;
import java.time.Instant;

/** Verifies the last candidate and announces it. */
final class PublishingHandler
        implements JobHandler<PublishingJob, PublishingResult>, AutoCloseable {
    private final ArtifactStore artifacts;
    private final RecordWriter<PublishedCheckpoint> checkpoints;

    PublishingHandler(KafkaConfig kafka, Schemas schemas, ArtifactStore artifacts)
            throws InterruptedException {
        this.artifacts = artifacts;
        this.checkpoints =
                RecordWriter.open(kafka, schemas, MODEL_CHECKPOINTS, PublishingService.NAME);
    }

    @Override
    public String id(PublishingJob job) {
        return job.getRunId();
    }

    @Override
    public PublishingResult run(PublishingJob job, JobContext context) throws InterruptedException {
        requireId("runId", job.getRunId());
        requireModelName(job.getModel());
        int last = job.getCandidates().size() - 1;
        require(last >= 0, "candidates", "name at least one checkpoint", "an empty list");
        Candidate candidate = job.getCandidates().get(last);
        Checkpoint checkpoint = verified(candidate.getCheckpoint());
        context.throwIfCancelled();
        checkpoints.write(
                job.getModel(),
                announcement(job, candidate.getCheckpoint(), checkpoint),
                context.headers());
        return PublishingResult.newBuilder()
                .setRunId(job.getRunId())
                .setStatus(JobStatus.COMPLETED)
                .setCheckpoint(candidate.getCheckpoint())
                .build();
    }

    /** Digest, shapes and finite weights are checked on reading; then the network is run once. */
    private Checkpoint verified(String id) {
        try {
            Checkpoint checkpoint = Checkpoint.parse(artifacts.get(new ArtifactId(id)));
            try (var network = new TorchScoreNetwork(checkpoint)) {
                float[] f = new float[network.dimension()];
                network.evaluate(
                        new float[network.dimension()],
                        new float[] {(float) checkpoint.schedule().smallest()},
                        f,
                        1);
                for (float value : f) {
                    require(Float.isFinite(value), "candidate", "have finite outputs", value);
                }
            }
            return checkpoint;
        } catch (ArtifactException | IllegalArgumentException e) {
            throw new RejectedException("candidate %s: %s".formatted(id, e.getMessage()));
        }
    }

    private static PublishedCheckpoint announcement(
            PublishingJob job, String id, Checkpoint checkpoint) {
        return PublishedCheckpoint.newBuilder()
                .setModel(job.getModel())
                .setCheckpoint(id)
                .setRunId(job.getRunId())
                .setFamily(checkpoint.architecture().family().officialName())
                .setNgf(checkpoint.architecture().ngf())
                .setImageSize(checkpoint.architecture().imageSize())
                .setChannels(checkpoint.architecture().channels())
                .setLevels(checkpoint.schedule().levels())
                .setStepsPerLevel(checkpoint.stepsPerLevel())
                .setScheduleId(checkpoint.scheduleId())
                .setPublishedAt(Instant.now())
                .build();
    }

    @Override
    public PublishingResult ended(PublishingJob job, JobStatus status, String reason) {
        return PublishingResult.newBuilder()
                .setRunId(job.getRunId())
                .setStatus(status)
                .setReason(reason)
                .build();
    }

    @Override
    public void close() {
        checkpoints.close();
    }
}
