package io.langevin.publishing;

import static io.langevin.messaging.rules.RecordRules.requireId;
import static io.langevin.messaging.rules.RecordRules.requireModelName;

import io.langevin.artifacts.ArtifactStore;
import io.langevin.messaging.queue.JobContext;
import io.langevin.messaging.queue.JobHandler;
import io.langevin.messaging.rules.RejectedException;
import io.langevin.records.JobStatus;
import io.langevin.records.ModelAction;
import io.langevin.records.ModelChange;
import io.langevin.records.ModelChangeResult;
import io.langevin.records.OtherCheckpoint;
import io.langevin.records.PublishedCheckpoint;
import io.langevin.score.torch.ComputeDevice;
import java.util.Optional;

/** Does what somebody asks of a model by hand: promote, roll back, give a share, retire. */
final class ModelChangeHandler implements JobHandler<ModelChange, ModelChangeResult> {
    private final ArtifactStore artifacts;
    private final CheckpointAnnouncer announcer;
    private final ComputeDevice device;

    ModelChangeHandler(
            ArtifactStore artifacts, CheckpointAnnouncer announcer, ComputeDevice device) {
        this.artifacts = artifacts;
        this.announcer = announcer;
        this.device = device;
    }

    @Override
    public String id(ModelChange change) {
        return change.getChangeId();
    }

    @Override
    public ModelChangeResult run(ModelChange change, JobContext context)
            throws InterruptedException {
        requireId("changeId", change.getChangeId());
        requireModelName(change.getModel());
        return result(
                change,
                announcer.change(
                        change.getModel(),
                        change.getChangeId(),
                        context,
                        now -> changed(change, now, context)));
    }

    private Optional<PublishedCheckpoint> changed(
            ModelChange change, Optional<PublishedCheckpoint> now, JobContext context) {
        return switch (change.getAction()) {
            case PROMOTE ->
                    Optional.of(
                            served(
                                    change,
                                    now,
                                    ModelRules.chosen(now, change.getCheckpoint()),
                                    context));
            case ROLL_BACK -> Optional.of(served(change, now, previous(change, now), context));
            case SHARE -> Optional.of(shared(change, had(change, now)));
            case RETIRE -> retired(change, now);
            case OTHER ->
                    throw new RejectedException(
                            "action: must be PROMOTE, ROLL_BACK, SHARE or RETIRE, not "
                                    + ModelAction.OTHER);
        };
    }

    private static Optional<PublishedCheckpoint> retired(
            ModelChange change, Optional<PublishedCheckpoint> now) {
        had(change, now);
        return Optional.empty();
    }

    private static PublishedCheckpoint had(ModelChange change, Optional<PublishedCheckpoint> now) {
        return now.orElseThrow(
                () ->
                        new RejectedException(
                                "model: must have a checkpoint, but '%s' has none"
                                        .formatted(change.getModel())));
    }

    private static OtherCheckpoint previous(ModelChange change, Optional<PublishedCheckpoint> now) {
        return Optional.ofNullable(had(change, now).getPrevious())
                .orElseThrow(
                        () ->
                                new RejectedException(
                                        "model: must have had another checkpoint before, but '%s'"
                                                        .formatted(change.getModel())
                                                + " has not"));
    }

    /** When it was asked for stays as it was: a run that is under way may come after it. */
    private PublishedCheckpoint served(
            ModelChange change,
            Optional<PublishedCheckpoint> now,
            OtherCheckpoint next,
            JobContext context) {
        VerifiedCheckpoint verified =
                VerifiedCheckpoint.read(next.getCheckpoint(), artifacts, device);
        return ModelRules.served(
                now,
                verified.announcement(change.getModel())
                        .setRunId(next.getRunId())
                        .setQuality(next.getQuality())
                        .setRequestedAt(
                                now.map(PublishedCheckpoint::getRequestedAt)
                                        .orElse(context.askedAt()))
                        .build(),
                change.getChangeId());
    }

    private PublishedCheckpoint shared(ModelChange change, PublishedCheckpoint now) {
        OtherCheckpoint candidate = ModelRules.chosen(Optional.of(now), change.getCheckpoint());
        VerifiedCheckpoint.read(candidate.getCheckpoint(), artifacts, device);
        return ModelRules.proposing(now, candidate, change.getShare(), change.getChangeId());
    }

    private static ModelChangeResult result(
            ModelChange change, Optional<PublishedCheckpoint> model) {
        return ModelChangeResult.newBuilder()
                .setChangeId(change.getChangeId())
                .setStatus(JobStatus.COMPLETED)
                .setModel(change.getModel())
                .setCheckpoint(model.map(PublishedCheckpoint::getCheckpoint).orElse(null))
                .setPrevious(id(model.map(PublishedCheckpoint::getPrevious)))
                .setCandidate(id(model.map(PublishedCheckpoint::getCandidate)))
                .build();
    }

    private static String id(Optional<OtherCheckpoint> other) {
        return other.map(OtherCheckpoint::getCheckpoint).orElse(null);
    }

    @Override
    public ModelChangeResult ended(ModelChange change, JobStatus status, String reason) {
        return ModelChangeResult.newBuilder()
                .setChangeId(change.getChangeId())
                .setStatus(status)
                .setReason(reason)
                .setModel(change.getModel())
                .build();
    }
}
