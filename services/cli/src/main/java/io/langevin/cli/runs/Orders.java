package io.langevin.cli.runs;

import static io.langevin.messaging.Topics.JOB_STATES;
import static io.langevin.messaging.Topics.RUN_ORDERS;
import static io.langevin.messaging.rules.RecordRules.require;
import static io.langevin.messaging.rules.RecordRules.requireId;

import io.langevin.cli.Connection;
import io.langevin.cli.terminal.CommandFailure;
import io.langevin.client.PlatformClient;
import io.langevin.messaging.follow.From;
import io.langevin.messaging.rules.JobStages;
import io.langevin.process.Inert;
import io.langevin.records.JobKind;
import io.langevin.records.JobStage;
import io.langevin.records.JobState;
import io.langevin.records.RunOrder;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** Orders to runs, and what comes of them. */
final class Orders {
    private static final int LONGEST_REASON = 1_000;

    private Orders() {}

    /**
     * Publishes an order and waits until the run says what it makes of it.
     *
     * @throws CommandFailure where no run under way has this id, or it is in that state already
     */
    static void give(Connection connection, String id, boolean paused, String reason)
            throws InterruptedException {
        requireId("ID", id);
        require(
                reason.length() <= LONGEST_REASON,
                "--reason",
                "have at most %d characters".formatted(LONGEST_REASON),
                reason.length());
        try (PlatformClient platform = connection.platform()) {
            requireUnderWay(id, paused, Optional.ofNullable(platform.latest(JOB_STATES).get(id)));
            BlockingQueue<JobState> arrived = new LinkedBlockingQueue<>();
            platform.follow(
                    JOB_STATES,
                    new From.Now(),
                    (state, source) -> {
                        if (state != null && id.equals(source.key())) {
                            arrived.add(state);
                        }
                    });
            platform.write(RUN_ORDERS, id, new RunOrder(id, paused, reason, Instant.now(), false));
            JobState state;
            do {
                state =
                        platform.next(
                                arrived,
                                "the operations service",
                                "the order stands all the same; see whether the service is running");
            } while (!isAnswer(state, paused));
            System.out.printf(
                    "%s %s: %s%n",
                    id,
                    state.getStage().name().toLowerCase(Locale.ROOT),
                    Inert.text(state.getDetail()));
            if (paused && state.getStage() != JobStage.PAUSED) {
                throw new CommandFailure("it was not paused");
            }
        }
    }

    /**
     * Publishes the order that a run's training goes before those of others that wait.
     *
     * @throws CommandFailure where the run does not wait for its training
     */
    static void raise(Connection connection, String id) throws InterruptedException {
        requireId("ID", id);
        try (PlatformClient platform = connection.platform()) {
            JobState state = platform.latest(JOB_STATES).get(id);
            if (state == null || state.getKind() != JobKind.RETRAINING) {
                throw new CommandFailure(
                        "there is no run %s; './langevin jobs' lists them".formatted(id));
            }
            if (state.getStage() != JobStage.WAITING && state.getStage() != JobStage.SCHEDULING) {
                throw new CommandFailure(
                        "the run %s does not wait: it is %s"
                                .formatted(id, state.getStage().name().toLowerCase(Locale.ROOT)));
            }
            platform.write(RUN_ORDERS, id, new RunOrder(id, false, "raised", Instant.now(), true));
        }
        System.out.printf("%s is trained before the others that wait%n", id);
    }

    private static void requireUnderWay(String id, boolean paused, Optional<JobState> state) {
        if (state.filter(known -> known.getKind() == JobKind.RETRAINING).isEmpty()) {
            throw new CommandFailure(
                    "there is no run %s; './langevin jobs' lists them".formatted(id));
        }
        JobStage stage = state.get().getStage();
        if (JobStages.isEnd(stage)) {
            throw new CommandFailure(
                    "the run %s has ended: %s"
                            .formatted(id, stage.name().toLowerCase(Locale.ROOT)));
        }
        if ((stage == JobStage.PAUSED) == paused) {
            throw new CommandFailure(
                    paused
                            ? "the run %s is paused already".formatted(id)
                            : "the run %s is not paused".formatted(id));
        }
    }

    /** A state that was on its way when the order was given is none. */
    private static boolean isAnswer(JobState state, boolean paused) {
        boolean isPaused = state.getStage() == JobStage.PAUSED;
        return JobStages.isEnd(state.getStage())
                || state.getStage() == JobStage.PUBLISHING
                || isPaused == paused;
    }
}
