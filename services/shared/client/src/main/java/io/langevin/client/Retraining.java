package io.langevin.client;

import static io.langevin.messaging.Topics.JOB_STATES;
import static io.langevin.messaging.Topics.RETRAINING_REQUESTS;
import static io.langevin.messaging.Topics.SAMPLING_IMAGES;
import static io.langevin.messaging.Topics.TRAINING_PROGRESS;

import io.langevin.messaging.follow.From;
import io.langevin.messaging.rules.JobStages;
import io.langevin.process.Inert;
import io.langevin.process.OutOfReachException;
import io.langevin.records.JobStage;
import io.langevin.records.JobState;
import io.langevin.records.RetrainingRequest;
import io.langevin.records.TrainingProgress;
import java.util.Locale;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** A retraining request from the client's side: publish it, watch its run until it ends. */
public final class Retraining {
    private Retraining() {}

    /** Is told what becomes of a run, on the thread that waits for it. */
    public interface Watcher {
        /** The run has come to a stage. */
        default void state(JobState state) {}

        /** The run is being trained. */
        default void progress(TrainingProgress progress) {}

        /** Another run is being trained, which the worker has taken before. */
        default void otherProgress(TrainingProgress progress) {}
    }

    /**
     * Waits for the end of a run, as long as any worker gives a sign of life.
     *
     * @return the state COMPLETED
     * @throws NotCompletedException where the run ended otherwise
     * @throws OutOfReachException where no service gives a sign of life
     */
    public static JobState askAndWait(
            PlatformClient platform, RetrainingRequest request, Watcher watcher)
            throws InterruptedException {
        String id = request.getRunId();
        BlockingQueue<Object> arrived = following(platform, id);
        platform.write(RETRAINING_REQUESTS, id, request);
        while (true) {
            Object next =
                    PlatformClient.nextInSilence(
                            arrived,
                            platform.patience(),
                            "the platform",
                            "run %1$s goes on all the same; './langevin jobs %1$s' tells its state"
                                    .formatted(id));
            if (next instanceof JobState state) {
                watcher.state(state);
                if (JobStages.isEnd(state.getStage())) {
                    requireCompleted(state);
                    return state;
                }
            } else if (next instanceof TrainingProgress progress) {
                if (progress.getRunId().equals(id)) {
                    watcher.progress(progress);
                } else {
                    watcher.otherProgress(progress);
                }
            }
        }
    }

    /** Its checkpoints are being judged: images are made. */
    private static final Object SIGN_OF_LIFE = new Object();

    /** States of a run and progress of every one, as they arrive from now on. */
    private static BlockingQueue<Object> following(PlatformClient platform, String id)
            throws InterruptedException {
        BlockingQueue<Object> arrived = new LinkedBlockingQueue<>();
        var now = new From.Now();
        platform.follow(
                JOB_STATES,
                now,
                (state, source) -> {
                    if (state != null && id.equals(source.key())) {
                        arrived.add(state);
                    }
                });
        // those of other runs too: a worker that is busy with them is a sign of life
        platform.follow(
                TRAINING_PROGRESS,
                now,
                (progress, source) -> {
                    if (progress != null) {
                        arrived.add(progress);
                    }
                });
        platform.follow(
                SAMPLING_IMAGES,
                now,
                (image, source) -> {
                    boolean judging =
                            image != null
                                    && image.getLabels()
                                            .getOrDefault("purpose", "")
                                            .startsWith("judging");
                    if (judging && arrived.isEmpty()) {
                        arrived.add(SIGN_OF_LIFE);
                    }
                });
        return arrived;
    }

    static void requireCompleted(JobState state) {
        if (state.getStage() != JobStage.COMPLETED) {
            throw new NotCompletedException(
                    "run %s %s: %s"
                            .formatted(
                                    Inert.text(state.getId()),
                                    state.getStage().name().toLowerCase(Locale.ROOT),
                                    Inert.text(state.getDetail())));
        }
    }
}
