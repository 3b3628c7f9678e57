package io.langevin.cli;

import static io.langevin.messaging.Topics.JOB_STATES;
import static io.langevin.messaging.Topics.RETRAINING_REQUESTS;
import static io.langevin.messaging.Topics.TRAINING_PROGRESS;

import io.langevin.messaging.TopicFollower;
import io.langevin.records.JobStage;
import io.langevin.records.JobState;
import io.langevin.records.RetrainingRequest;
import io.langevin.records.TrainingProgress;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** A retraining request from the client's side: publish it, watch its run until it ends. */
public final class Retraining {
    private static final Set<JobStage> ENDED =
            Set.of(JobStage.COMPLETED, JobStage.FAILED, JobStage.CANCELLED, JobStage.EXPIRED);

    private Retraining() {}

    /**
     * Shows a bar while the network is trained and a line for every stage.
     *
     * @return the state COMPLETED
     * @throws CommandFailure where the run ended otherwise
     */
    public static JobState askAndWait(Platform platform, RetrainingRequest request)
            throws InterruptedException {
        BlockingQueue<Object> arrived = new LinkedBlockingQueue<>();
        String id = request.getRunId();
        var now = new TopicFollower.From.Now();
        platform.follow(
                JOB_STATES,
                now,
                (state, source) -> {
                    if (id.equals(source.key())) {
                        arrived.add(state);
                    }
                });
        platform.follow(
                TRAINING_PROGRESS,
                now,
                (progress, source) -> {
                    if (id.equals(source.key())) {
                        arrived.add(progress);
                    }
                });
        platform.write(RETRAINING_REQUESTS, id, request);
        while (true) {
            Object next = arrived.take();
            if (next instanceof JobState state) {
                say(state);
                if (ENDED.contains(state.getStage())) {
                    return completed(state);
                }
                if (state.getStage() == JobStage.TRAINING) {
                    JobState after = whileTraining(arrived, request);
                    say(after);
                    if (ENDED.contains(after.getStage())) {
                        return completed(after);
                    }
                }
            }
        }
    }

    /** Until the run leaves the stage. */
    private static JobState whileTraining(BlockingQueue<Object> arrived, RetrainingRequest request)
            throws InterruptedException {
        boolean bySeconds = request.getTraining().getMaximumSeconds() > 0;
        long steps =
                bySeconds
                        ? request.getTraining().getMaximumSeconds()
                        : request.getTraining().getIterations();
        try (Progress bar =
                Progress.of("training " + request.getModel(), steps, bySeconds ? "s" : "steps")) {
            while (true) {
                Object next = arrived.take();
                if (next instanceof TrainingProgress progress) {
                    bar.at(
                            bySeconds ? (long) progress.getSeconds() : progress.getIteration(),
                            "loss %.1f, step %d, %.0f images/s"
                                    .formatted(
                                            progress.getLoss(),
                                            progress.getIteration(),
                                            progress.getImagesPerSecond()));
                } else if (next instanceof JobState state
                        && state.getStage() != JobStage.TRAINING) {
                    bar.at(steps);
                    return state;
                }
            }
        }
    }

    private static void say(JobState state) {
        System.out.printf(
                "%-10s %s%n", state.getStage().name().toLowerCase(Locale.ROOT), state.getDetail());
    }

    private static JobState completed(JobState state) {
        if (state.getStage() != JobStage.COMPLETED) {
            throw new CommandFailure(
                    "run %s %s: %s"
                            .formatted(
                                    state.getId(),
                                    state.getStage().name().toLowerCase(Locale.ROOT),
                                    state.getDetail()));
        }
        return state;
    }
}
