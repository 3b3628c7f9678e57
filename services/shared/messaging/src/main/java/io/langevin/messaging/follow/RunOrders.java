package io.langevin.messaging.follow;

import static io.langevin.messaging.Topics.JOB_STATES;
import static io.langevin.messaging.Topics.RUN_ORDERS;

import io.langevin.messaging.rules.RecordRules;
import io.langevin.process.FollowedView;
import io.langevin.records.JobKind;
import io.langevin.records.JobStage;
import io.langevin.records.JobState;
import io.langevin.records.RunOrder;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * Which runs are to pause, and which are to be trained before the others that wait; the oldest are
 * forgotten where there are very many. Safe to use from several threads.
 */
public final class RunOrders implements FollowedView {
    private static final int MOST = 100_000;

    /** A run that is raised and never begins must not hold up the others for ever. */
    private static final Duration RAISED_FOR = Duration.ofHours(1);

    private final Set<String> paused = bounded();

    /** When they were, by the broker's clock. */
    private final Map<String, Instant> raised = new Bounded<>();

    /** Runs whose schedule is there and whose training is not under way. */
    private final Set<String> waiting = bounded();

    private final Follower orders;
    private final Follower states;

    private RunOrders(Followers followers) throws InterruptedException {
        orders =
                followers.follow(
                        RUN_ORDERS,
                        new From.Beginning(),
                        (order, source) -> {
                            if (order != null && order.getRunId().equals(source.key())) {
                                ordered(order, Instant.ofEpochMilli(source.timestamp()));
                            }
                        });
        states =
                followers.follow(
                        JOB_STATES,
                        new From.Beginning(),
                        (state, source) -> stands(source.key(), state));
    }

    private static Set<String> bounded() {
        return Collections.newSetFromMap(new Bounded<>());
    }

    /** The newest entries. */
    private static final class Bounded<V> extends LinkedHashMap<String, V> {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, V> eldest) {
            return size() > MOST;
        }
    }

    /** Returns when everything ordered so far is known. */
    public static RunOrders following(Followers followers) throws InterruptedException {
        var orders = new RunOrders(followers);
        orders.orders.awaitCaughtUp();
        return orders;
    }

    private synchronized void ordered(RunOrder order, Instant at) {
        if (!RecordRules.isId(order.getRunId())) {
            return;
        }
        paused.remove(order.getRunId());
        if (order.getPaused()) {
            paused.add(order.getRunId());
        }
        if (order.getFirst()) {
            raised.put(order.getRunId(), at);
        }
    }

    private synchronized void stands(String runId, JobState state) {
        if (!RecordRules.isId(runId)) {
            return;
        }
        boolean waits =
                state != null
                        && state.getKind() == JobKind.RETRAINING
                        && state.getStage() == JobStage.WAITING;
        if (waits) {
            waiting.add(runId);
        } else {
            waiting.remove(runId);
        }
    }

    /** Whether a run is to pause. */
    public synchronized boolean isPaused(String runId) {
        return paused.contains(runId);
    }

    /** Whether a run that was raised within the last hour waits, and this one was not raised. */
    public synchronized boolean isBehind(String runId) {
        Instant since = Instant.now().minus(RAISED_FOR);
        return !raised.containsKey(runId)
                && raised.entrySet().stream()
                        .anyMatch(
                                run ->
                                        run.getValue().isAfter(since)
                                                && waiting.contains(run.getKey()));
    }

    @Override
    public CompletableFuture<Void> ended() {
        return FirstFailure.of(List.of(orders.ended(), states.ended()));
    }

    @Override
    public void close() {
        orders.close();
        states.close();
    }
}
