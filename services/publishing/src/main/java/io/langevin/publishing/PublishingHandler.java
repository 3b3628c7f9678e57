package io.langevin.publishing;

import static io.langevin.messaging.rules.RecordRules.require;
import static io.langevin.messaging.rules.RecordRules.requireArtifact;
import static io.langevin.messaging.rules.RecordRules.requireId;
import static io.langevin.messaging.rules.RecordRules.requireModelName;

import io.langevin.artifacts.ArtifactStore;
import io.langevin.messaging.queue.JobContext;
import io.langevin.messaging.queue.JobHandler;
import io.langevin.messaging.rules.RetrainingRules;
import io.langevin.publishing.judging.CandidateJudge;
import io.langevin.publishing.judging.JudgedRun;
import io.langevin.records.Candidate;
import io.langevin.records.JobStatus;
import io.langevin.records.PublishedCheckpoint;
import io.langevin.records.PublishingJob;
import io.langevin.records.PublishingResult;
import io.langevin.score.torch.ComputeDevice;
import java.util.List;
import java.util.Optional;

/** Judges a run's candidates, and announces what its model has from then on. */
final class PublishingHandler implements JobHandler<PublishingJob, PublishingResult> {
    private static final int MOST_CANDIDATES = 1_000;

    private final ArtifactStore artifacts;
    private final CheckpointAnnouncer announcer;
    private final Optional<CandidateJudge> judge;
    private final ComputeDevice device;

    /**
     * @param judge empty: of jobs that nobody is to judge
     */
    PublishingHandler(
            ArtifactStore artifacts,
            CheckpointAnnouncer announcer,
            Optional<CandidateJudge> judge,
            ComputeDevice device) {
        this.artifacts = artifacts;
        this.announcer = announcer;
        this.judge = judge;
        this.device = device;
    }

    @Override
    public String id(PublishingJob job) {
        return job.getRunId();
    }

    @Override
    public PublishingResult run(PublishingJob job, JobContext context) throws InterruptedException {
        requireId("runId", job.getRunId());
        requireModelName(job.getModel());
        RetrainingRules.check(job.getPromotion());
        List<Candidate> candidates = job.getCandidates();
        require(!candidates.isEmpty(), "candidates", "name at least one checkpoint", "none");
        require(
                candidates.size() <= MOST_CANDIDATES,
                "candidates",
                "be at most " + MOST_CANDIDATES,
                candidates.size());
        Optional<PublishedCheckpoint> before = announcer.madeBy(job.getRunId(), job.getModel());
        if (before.isPresent()) {
            return result(job, before.get(), "published before");
        }
        context.throwIfCancelled();
        Choice choice = choice(job, context);
        var announced =
                announcer.change(
                        job.getModel(),
                        job.getRunId(),
                        context,
                        now -> Optional.of(choice.announced(now)));
        return result(job, announced.orElseThrow(), choice.detail());
    }

    private Choice choice(PublishingJob job, JobContext context) throws InterruptedException {
        Optional<PublishedCheckpoint> now = announcer.now(job.getModel());
        require(
                judge.isPresent() || job.getData() == null,
                "data",
                "be none on publishing.imports",
                "some");
        JudgedRun judged =
                judge.isPresent()
                        ? judge.get().judge(job, now, context)
                        : JudgedRun.notJudged(ids(job), "");
        String best = judged.best(job.getPromotion());
        VerifiedCheckpoint verified = VerifiedCheckpoint.read(best, artifacts, device);
        PublishedCheckpoint next =
                verified.announcement(job.getModel())
                        .setRunId(job.getRunId())
                        .setQuality(judged.quality(best).orElse(null))
                        .setRequestedAt(
                                job.getRequestedAt() == null
                                        ? context.askedAt()
                                        : job.getRequestedAt())
                        .build();
        var choice =
                new Choice(
                        CheckpointAnnouncer.believed(next, context.askedAt()),
                        job.getPromotion(),
                        judged);
        boolean shadowed = judge.isPresent() && job.getPromotion().getShadow() > 0;
        return shadowed && now.filter(choice::wouldReplace).isPresent()
                ? choice.after(judge.get().shadow(job, best, context))
                : choice;
    }

    private static List<String> ids(PublishingJob job) {
        List<String> ids = job.getCandidates().stream().map(Candidate::getCheckpoint).toList();
        ids.forEach(id -> requireArtifact("candidates", id));
        return ids;
    }

    private static PublishingResult result(
            PublishingJob job, PublishedCheckpoint model, String detail) {
        boolean promoted = job.getRunId().equals(model.getRunId());
        return PublishingResult.newBuilder()
                .setRunId(job.getRunId())
                .setStatus(JobStatus.COMPLETED)
                .setCheckpoint(
                        promoted || model.getCandidate() == null
                                ? model.getCheckpoint()
                                : model.getCandidate().getCheckpoint())
                .setPromoted(promoted)
                .setDetail(detail)
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
}
