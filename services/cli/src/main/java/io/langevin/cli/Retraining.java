package io.langevin.cli;

import static io.langevin.messaging.Topics.JOB_STATES;
import static io.langevin.messaging.Topics.RETRAINING_REQUESTS;
import static io.langevin.messaging.Topics.TRAINING_PROGRESS;

import io.langevin.messaging.follow.TopicFollower;
import io.langevin.process.Inert;
import io.langevin.process.OutOfReachException;
import io.langevin.records.JobStage;
import io.langevin.records.JobState;
import io.langevin.records.RetrainingRequest;
import io.langevin.records.TrainingProgress;
import java.time.Duration;
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
     * Shows a line for every stage, and a bar while the network is trained.
     *
     * @return the state COMPLETED
     * @throws CommandFailure where the run ended otherwise
     * @throws OutOfReachException where no service gives a sign of life
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
        platform.write(RETRAINING_REQUESTS, id, request);
        String goesOn = "run %1$s goes on all the same; './langevin jobs %1$s' tells its state";
        OnInterrupt interrupt = OnInterrupt.say(goesOn.formatted(id));
        try {
            return new Watch(arrived, request, platform.patience(), goesOn.formatted(id)).end();
        } finally {
            interrupt.close();
        }
    }

    /** One run as it is watched. */
    private static final class Watch {
        private final BlockingQueue<Object> arrived;
        private final RetrainingRequest request;
        private final Duration patience;
        private final String remedy;
        private String ahead = "";

        private Watch(
                BlockingQueue<Object> arrived,
                RetrainingRequest request,
                Duration patience,
                String remedy) {
            this.arrived = arrived;
            this.request = request;
            this.patience = patience;
            this.remedy = remedy;
        }

        private JobState end() throws InterruptedException {
            Object next = next();
            while (true) {
                if (next instanceof JobState state) {
                    say(state);
                    if (ENDED.contains(state.getStage())) {
                        return completed(state);
                    }
                    next = next();
                } else if (isOwn(next)) {
                    next = whileTraining((TrainingProgress) next);
                } else {
                    sayWhoIsAhead((TrainingProgress) next);
                    next = next();
                }
            }
        }

        private boolean isOwn(Object next) {
            return next instanceof TrainingProgress progress
                    && progress.getRunId().equals(request.getRunId());
        }

        private void sayWhoIsAhead(TrainingProgress other) {
            if (!other.getRunId().equals(ahead)) {
                ahead = other.getRunId();
                System.out.printf(
                        "%-10s meanwhile run %s is being trained%n", "", Inert.text(ahead));
            }
        }

        /**
         * @return what came first of something else
         */
        private Object whileTraining(TrainingProgress first) throws InterruptedException {
            boolean bySeconds = request.getTraining().getMaximumSeconds() > 0;
            long steps =
                    bySeconds
                            ? request.getTraining().getMaximumSeconds()
                            : request.getTraining().getIterations();
            try (Progress bar =
                    Progress.of(
                            "training " + request.getModel(), steps, bySeconds ? "s" : "steps")) {
                Object next = first;
                while (next instanceof TrainingProgress progress) {
                    if (isOwn(next)) {
                        show(bar, progress, bySeconds);
                    }
                    next = next();
                }
                bar.at(steps);
                return next;
            }
        }

        private static void show(Progress bar, TrainingProgress progress, boolean bySeconds) {
            bar.at(
                    bySeconds ? (long) progress.getSeconds() : progress.getIteration(),
                    "loss %.1f, step %d, %.0f images/s"
                            .formatted(
                                    progress.getLoss(),
                                    progress.getIteration(),
                                    progress.getImagesPerSecond()));
        }

        private Object next() throws InterruptedException {
            return Platform.nextInSilence(arrived, patience, "the platform", remedy);
        }
    }

    private static void say(JobState state) {
        System.out.printf(
                "%-10s %s%n",
                state.getStage().name().toLowerCase(Locale.ROOT), Inert.text(state.getDetail()));
    }

    private static JobState completed(JobState state) {
        if (state.getStage() != JobStage.COMPLETED) {
            throw new CommandFailure(
                    "run %s %s: %s"
                            .formatted(
                                    state.getId(),
                                    state.getStage().name().toLowerCase(Locale.ROOT),
                                    Inert.text(state.getDetail())));
        }
        return state;
    }
}
