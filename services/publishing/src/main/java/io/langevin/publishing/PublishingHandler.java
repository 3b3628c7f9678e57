package io.langevin.publishing;

import static io.langevin.messaging.rules.RecordRules.oneOf;
import static io.langevin.messaging.rules.RecordRules.require;
import static io.langevin.messaging.rules.RecordRules.requireId;
import static io.langevin.messaging.rules.RecordRules.requireModelName;

import io.langevin.artifacts.ArtifactException;
import io.langevin.artifacts.ArtifactId;
import io.langevin.artifacts.ArtifactStore;
import io.langevin.messaging.queue.JobContext;
import io.langevin.messaging.queue.JobHandler;
import io.langevin.messaging.rules.RejectedException;
import io.langevin.noise.AnnealedLangevin;
import io.langevin.noise.SamplingPlan;
import io.langevin.records.Candidate;
import io.langevin.records.JobStatus;
import io.langevin.records.PublishedCheckpoint;
import io.langevin.records.PublishingJob;
import io.langevin.records.PublishingResult;
import io.langevin.records.SamplerKind;
import io.langevin.score.Checkpoint;
import io.langevin.score.CompiledNetwork.Precision;
import io.langevin.score.TorchScoreNetwork;
import io.langevin.score.torch.ComputeDevice;
import java.util.Arrays;
import java.util.List;

/** Verifies the last candidate and announces it. */
final class PublishingHandler implements JobHandler<PublishingJob, PublishingResult> {
    private final ArtifactStore artifacts;
    private final CheckpointAnnouncer announcer;

    private final ComputeDevice device;

    PublishingHandler(
            ArtifactStore artifacts, CheckpointAnnouncer announcer, ComputeDevice device) {
        this.device = device;
        this.artifacts = artifacts;
        this.announcer = announcer;
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
        String announced =
                announcer.announce(
                        job.getModel(),
                        job.getRunId(),
                        context,
                        () -> announcement(job, candidate.getCheckpoint(), context));
        return PublishingResult.newBuilder()
                .setRunId(job.getRunId())
                .setStatus(JobStatus.COMPLETED)
                .setCheckpoint(announced)
                .build();
    }

    private PublishedCheckpoint announcement(
            PublishingJob job, String candidate, JobContext context) {
        Checkpoint checkpoint = verified(candidate);
        return Announcement.of(job.getModel(), new ArtifactId(candidate), checkpoint)
                .setRunId(job.getRunId())
                .setRequestedAt(
                        job.getRequestedAt() == null ? context.askedAt() : job.getRequestedAt())
                .build();
    }

    /** Digest, shapes and finite weights are checked on reading; then the network is run once. */
    private Checkpoint verified(String id) {
        try {
            Checkpoint checkpoint = Checkpoint.parse(artifacts.get(new ArtifactId(id)));
            requireSampler(checkpoint);
            try (var network = new TorchScoreNetwork(checkpoint, Precision.FLOAT32, device)) {
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

    /** Every default request of the model would fail with a sampler that there is not. */
    static void requireSampler(Checkpoint checkpoint) {
        AnnealedLangevin.plan(
                checkpoint.schedule(),
                checkpoint.stepsPerLevel(),
                checkpoint.epsilon(),
                checkpoint.denoise());
        List<String> known =
                Arrays.stream(SamplerKind.values())
                        .filter(kind -> kind != SamplerKind.RECOMMENDED)
                        .map(SamplerKind::name)
                        .toList();
        checkpoint
                .recommended()
                .ifPresent(
                        choice -> {
                            oneOf("sampler", choice.sampler(), known);
                            requirePlan(checkpoint, choice);
                        });
    }

    private static void requirePlan(Checkpoint checkpoint, Checkpoint.Recommendation choice) {
        if (!choice.sampler().equals(SamplerKind.SEARCHED.name())) {
            return;
        }
        require(
                !checkpoint.architecture().family().isConditional(),
                "sampler",
                "be ANNEALED_LANGEVIN for a network that knows only its own noise levels",
                choice.sampler());
        List<Integer> plans =
                choice.plans().stream().map(SamplingPlan::networkEvaluations).toList();
        require(
                plans.contains(choice.networkEvaluations()),
                "network_evaluations",
                "be those of one of the checkpoint's plans, " + plans,
                choice.networkEvaluations());
    }

    @Override
    public PublishingResult ended(PublishingJob job, JobStatus status, String reason) {
        return PublishingResult.newBuilder()
                .setRunId(job.getRunId())
                .setStatus(status)
                .setReason(reason)
                .build();
    }
}
