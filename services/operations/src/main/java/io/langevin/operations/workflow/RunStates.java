package io.langevin.operations.workflow;

import io.langevin.messaging.rules.JobStages;
import io.langevin.messaging.rules.RecordRules;
import io.langevin.records.JobKind;
import io.langevin.records.JobStage;
import io.langevin.records.JobState;
import io.langevin.records.PublishingResult;
import io.langevin.records.RetrainingRequest;
import io.langevin.records.RetrainingRun;
import io.langevin.records.ScheduleResult;
import java.time.Instant;

/** What everybody is told of a run. */
final class RunStates {
    private static final int LONGEST_DETAIL = 8_000;
    private static final int LONGEST_MODEL = 100;
    private static final int LONGEST_CHECKPOINT = 100;

    private RunStates() {}

    /** A run that is to pause is paused in every stage but the last ones. */
    static JobState of(RetrainingRun run, JobStage stage, String detail, Instant now) {
        boolean waits = run.getPaused() && !JobStages.isEnd(stage);
        return JobState.newBuilder()
                .setId(run.getRequest().getRunId())
                .setKind(JobKind.RETRAINING)
                .setStage(waits ? JobStage.PAUSED : stage)
                .setModel(RecordRules.abbreviated(run.getRequest().getModel(), LONGEST_MODEL))
                .setDetail(RecordRules.abbreviated(detail, LONGEST_DETAIL))
                .setRequestedAt(run.getRequestedAt())
                .setPolicy(run.getRequest().getPolicy())
                .setUpdatedAt(now)
                .build();
    }

    /** A run of which nothing is kept. */
    static RetrainingRun unknown(String id, String model, Instant requestedAt) {
        return RetrainingRun.newBuilder()
                .setRequest(RetrainingRequest.newBuilder().setRunId(id).setModel(model).build())
                .setStage(JobStage.FAILED)
                .setRequestedAt(requestedAt)
                .build();
    }

    /** What cannot be followed can be of any size: its id and its model are kept. */
    static RetrainingRun withoutContent(RetrainingRun run) {
        return RetrainingRun.newBuilder(run)
                .setRequest(
                        RetrainingRequest.newBuilder()
                                .setRunId(run.getRequest().getRunId())
                                .setModel(run.getRequest().getModel())
                                .build())
                .build();
    }

    /** The end of a run that has come to a checkpoint. */
    static JobState completed(RetrainingRun run, PublishingResult result, Instant now) {
        String what = result.getPromoted() ? "checkpoint " : "candidate ";
        String why = result.getDetail().isEmpty() ? "" : ": " + result.getDetail();
        String id = result.getCheckpoint();
        return JobState.newBuilder(of(run, JobStage.COMPLETED, what + id + why, now))
                .setCheckpoint(id == null ? null : RecordRules.abbreviated(id, LONGEST_CHECKPOINT))
                .build();
    }

    /** That a schedule is there, and what the training waits for. */
    static String queued(ScheduleResult schedule) {
        return "queued for training: σ₁ %.4g, %d levels, %d images%s"
                .formatted(
                        schedule.getSigmas().get(0),
                        schedule.getSigmas().size(),
                        schedule.getImages(),
                        schedule.getLeftOut().isEmpty()
                                ? ""
                                : "; left out: " + String.join("; ", schedule.getLeftOut()));
    }
}
