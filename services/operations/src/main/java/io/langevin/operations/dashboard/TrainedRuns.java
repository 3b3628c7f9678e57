package io.langevin.operations.dashboard;

import io.langevin.messaging.rules.RecordRules;
import io.langevin.records.JudgedCheckpoint;
import io.langevin.records.TrainingProgress;
import java.util.List;
import java.util.Optional;

/**
 * How the newest trainings went, and how good their checkpoints are. Safe to use from several
 * threads.
 */
final class TrainedRuns {
    private static final int LOSSES = 5_000;
    private static final int LOSSES_SENT = 1_000;
    private static final int JUDGEMENTS = 1_000;
    private static final long GRID_BYTES = 64L << 20;

    /** Parts of the noise levels that losses are told by. */
    private static final int MOST_PARTS = 64;

    private final Newest<TrainingProgress> losses = new Newest<>(LOSSES, Long.MAX_VALUE);
    private final Newest<JudgedCheckpoint> judgements = new Newest<>(JUDGEMENTS, GRID_BYTES);

    /**
     * Takes a record of progress.
     *
     * @return what whoever watches is told; empty where the record is nothing to show
     */
    Optional<TrainingProgress> progress(TrainingProgress progress, String key) {
        if (progress == null || !progress.getRunId().equals(key) || !RecordRules.isId(key)) {
            return Optional.empty();
        }
        TrainingProgress kept =
                progress.getHeldOutLossByNoise().size() <= MOST_PARTS
                        ? progress
                        : TrainingProgress.newBuilder(progress)
                                .setHeldOutLossByNoise(List.of())
                                .build();
        synchronized (this) {
            losses.add(kept, 0);
        }
        return Optional.of(kept);
    }

    /** Takes a judgement, as {@link #progress} takes progress. */
    Optional<JudgedCheckpoint> judged(JudgedCheckpoint judgement, String key) {
        if (judgement == null || !judgement.getRunId().equals(key) || !RecordRules.isId(key)) {
            return Optional.empty();
        }
        long grid = judgement.getGrid() == null ? 0 : judgement.getGrid().remaining();
        synchronized (this) {
            judgements.add(judgement, grid);
        }
        return Optional.of(judgement);
    }

    /** Of the run that is trained now, or was last. */
    synchronized List<TrainingProgress> newest() {
        List<TrainingProgress> of =
                losses.stream()
                        .reduce((older, newer) -> newer)
                        .map(last -> progress(last.getRunId()))
                        .orElse(List.of());
        return of.subList(Math.max(0, of.size() - LOSSES_SENT), of.size());
    }

    /** Of a run, in their order. */
    synchronized List<TrainingProgress> progress(String runId) {
        return losses.stream().filter(progress -> progress.getRunId().equals(runId)).toList();
    }

    /** Of a run, in their order. */
    synchronized List<JudgedCheckpoint> judgements(String runId) {
        return judgements.stream().filter(judged -> judged.getRunId().equals(runId)).toList();
    }
}
