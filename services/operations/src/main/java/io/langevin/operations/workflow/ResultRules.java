package io.langevin.operations.workflow;

import static io.langevin.messaging.rules.RecordRules.require;

import io.langevin.messaging.rules.RejectedException;
import io.langevin.messaging.rules.RetrainingRules;
import io.langevin.records.Candidate;
import io.langevin.records.JobStatus;
import io.langevin.records.ScheduleResult;
import io.langevin.records.TrainingResult;

/**
 * What a result may bring into its run and into the next job. A result that brings more ends its
 * run: it is taken for one that failed, before it goes further.
 */
final class ResultRules {
    /** σ₁ to σ_L; the paper's largest schedule has 2,311. */
    private static final int MOST_LEVELS = 10_000;

    private static final int MOST_CANDIDATES = 1_000;
    private static final int LONGEST_NAME = 200;
    private static final int MOST_REASONS = 100;
    private static final int LONGEST_REASON = 2_000;

    private ResultRules() {}

    /** The result, or FAILED with the field, the rule and the value. */
    static ScheduleResult checked(ScheduleResult result) {
        try {
            atMost("sigmas", result.getSigmas().size(), MOST_LEVELS, "items");
            name("datasetFingerprint", result.getDatasetFingerprint());
            name("scheduleId", result.getScheduleId());
            if (!result.getDataset().isEmpty()) {
                RetrainingRules.requireDataset(result.getDataset());
            }
            atMost("leftOut", result.getLeftOut().size(), MOST_REASONS, "items");
            for (String reason : result.getLeftOut()) {
                atMost("leftOut", reason.length(), LONGEST_REASON, "characters");
            }
            return result;
        } catch (RejectedException e) {
            return ScheduleResult.newBuilder()
                    .setRunId(result.getRunId())
                    .setStatus(JobStatus.FAILED)
                    .setReason(e.getMessage())
                    .build();
        }
    }

    /** The result, or FAILED with the field, the rule and the value. */
    static TrainingResult checked(TrainingResult result) {
        try {
            atMost("candidates", result.getCandidates().size(), MOST_CANDIDATES, "items");
            for (Candidate candidate : result.getCandidates()) {
                name("candidates.checkpoint", candidate.getCheckpoint());
            }
            if (result.getSnapshot() != null) {
                name("snapshot", result.getSnapshot());
            }
            return result;
        } catch (RejectedException e) {
            return TrainingResult.newBuilder()
                    .setRunId(result.getRunId())
                    .setRound(result.getRound())
                    .setStatus(JobStatus.FAILED)
                    .setReason(e.getMessage())
                    .build();
        }
    }

    private static void name(String field, String value) {
        atMost(field, value.length(), LONGEST_NAME, "characters");
    }

    private static void atMost(String field, int size, int most, String of) {
        require(size <= most, field, "have at most %d %s".formatted(most, of), size);
    }
}
