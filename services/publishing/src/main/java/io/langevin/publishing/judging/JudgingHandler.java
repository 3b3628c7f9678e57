package io.langevin.publishing.judging;

import static io.langevin.messaging.rules.RecordRules.requireId;
import static io.langevin.messaging.rules.RecordRules.requireModelName;

import io.langevin.messaging.queue.JobContext;
import io.langevin.messaging.queue.JobHandler;
import io.langevin.messaging.rules.RetrainingRules;
import io.langevin.records.JobStatus;
import io.langevin.records.JudgingJob;
import io.langevin.records.JudgingResult;

/** Judges a candidate while the training that made it goes on. */
public final class JudgingHandler implements JobHandler<JudgingJob, JudgingResult> {
    private final CandidateJudge judge;

    public JudgingHandler(CandidateJudge judge) {
        this.judge = judge;
    }

    @Override
    public String id(JudgingJob job) {
        return job.getRunId();
    }

    @Override
    public JudgingResult run(JudgingJob job, JobContext context) throws InterruptedException {
        requireId("runId", job.getRunId());
        requireModelName(job.getModel());
        RetrainingRules.check(job.getPromotion());
        String why = "";
        try {
            judge.judge(job, context);
        } catch (NotJudgedException e) {
            why = e.getMessage();
        }
        return ended(job, JobStatus.COMPLETED, why);
    }

    @Override
    public JudgingResult ended(JudgingJob job, JobStatus status, String reason) {
        return JudgingResult.newBuilder()
                .setRunId(job.getRunId())
                .setCheckpoint(job.getCandidate().getCheckpoint())
                .setStatus(status)
                .setReason(reason)
                .build();
    }
}
