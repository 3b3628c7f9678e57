package io.langevin.messaging.rules;

import io.langevin.records.JobStage;
import java.util.Set;

/** What a stage of a request or a run means. */
public final class JobStages {
    private static final Set<JobStage> ENDED =
            Set.of(JobStage.COMPLETED, JobStage.FAILED, JobStage.CANCELLED, JobStage.EXPIRED);

    private JobStages() {}

    /** Whether nothing more comes after it. */
    public static boolean isEnd(JobStage stage) {
        return ENDED.contains(stage);
    }
}
