package io.langevin.messaging.follow;

import static io.langevin.messaging.Topics.CANCELLATIONS;

import io.langevin.messaging.rules.RecordRules;
import io.langevin.process.FollowedView;
import io.langevin.process.Inert;
import io.langevin.records.Cancellation;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * What somebody asked to stop, as far back as the topic goes, but for the oldest where there are
 * very many. A reason is kept as far as it fits into a line. Safe to use from several threads.
 */
public final class Cancellations implements FollowedView {
    private static final int MOST = 100_000;
    private static final int LONGEST_ID = 100;
    private static final int LONGEST_REASON = 200;

    /** The oldest first. */
    private final Map<String, Cancellation> byId =
            new LinkedHashMap<>() {
                private static final long serialVersionUID = 1;

                @Override
                protected boolean removeEldestEntry(Map.Entry<String, Cancellation> eldest) {
                    return size() > MOST;
                }
            };

    private final Follower follower;

    private Cancellations(Followers followers) throws InterruptedException {
        follower =
                followers.follow(
                        CANCELLATIONS, new From.Beginning(), (record, source) -> asked(record));
    }

    /** Returns when everything asked so far is known. */
    public static Cancellations following(Followers followers) throws InterruptedException {
        Cancellations cancellations = new Cancellations(followers);
        cancellations.follower.awaitCaughtUp();
        return cancellations;
    }

    private synchronized void asked(Cancellation record) {
        if (record == null || record.getId().length() > LONGEST_ID) {
            return;
        }
        String reason = Inert.text(RecordRules.abbreviated(record.getReason(), LONGEST_REASON));
        byId.put(record.getId(), new Cancellation(record.getId(), reason, record.getRequestedAt()));
    }

    /** What was asked about an id, if anything. */
    public synchronized Optional<Cancellation> of(String id) {
        return Optional.ofNullable(byId.get(id));
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
