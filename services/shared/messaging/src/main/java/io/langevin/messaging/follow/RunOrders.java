package io.langevin.messaging.follow;

import static io.langevin.messaging.Topics.RUN_ORDERS;

import io.langevin.messaging.rules.RecordRules;
import io.langevin.process.FollowedView;
import io.langevin.records.RunOrder;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** Which runs are to pause, but for the oldest where there are very many. */
public final class RunOrders implements FollowedView {
    private static final int MOST = 100_000;

    /** Those that are to pause. */
    private final Map<String, Boolean> paused =
            new LinkedHashMap<>() {
                private static final long serialVersionUID = 1;

                @Override
                protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
                    return size() > MOST;
                }
            };

    private final Follower follower;

    private RunOrders(Followers followers) throws InterruptedException {
        follower =
                followers.follow(
                        RUN_ORDERS,
                        new From.Beginning(),
                        (order, source) -> {
                            if (order != null && order.getRunId().equals(source.key())) {
                                ordered(order);
                            }
                        });
    }

    /** Returns when everything ordered so far is known. */
    public static RunOrders following(Followers followers) throws InterruptedException {
        var orders = new RunOrders(followers);
        orders.follower.awaitCaughtUp();
        return orders;
    }

    private synchronized void ordered(RunOrder order) {
        if (!RecordRules.isId(order.getRunId())) {
            return;
        }
        paused.remove(order.getRunId());
        if (order.getPaused()) {
            paused.put(order.getRunId(), true);
        }
    }

    /** Whether a run is to pause. Safe to call from several threads. */
    public synchronized boolean isPaused(String runId) {
        return paused.containsKey(runId);
    }

    @Override
    public CompletableFuture<Void> ended() {
        return follower.ended();
    }

    @Override
    public void close() {
        follower.close();
    }
}
