package io.langevin.sampling.answers;

import static io.langevin.messaging.Topics.SAMPLING_OUTCOMES;

import io.langevin.messaging.follow.Follower;
import io.langevin.messaging.follow.Followers;
import io.langevin.messaging.follow.From;
import io.langevin.process.FollowedView;
import io.langevin.records.SampleOutcome;
import io.langevin.records.SampleStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Committed outcomes since a day before the start, so that a request sent again is answered and not
 * computed again; FAILED ones are not kept, their reason may have gone. The oldest go first where
 * they become too large. Safe to use from several threads.
 */
public final class EndedRequests implements FollowedView {
    private static final Duration KEPT = Duration.ofDays(1);
    private static final long MAXIMUM_BYTES = 32L << 20;

    private final Map<String, byte[]> outcomes = new LinkedHashMap<>();
    private long bytes;
    private Follower follower;

    private EndedRequests() {}

    /** Returns when everything ended so far is known. */
    public static EndedRequests following(Followers followers) throws InterruptedException {
        var ended = new EndedRequests();
        ended.follower =
                followers.follow(
                        SAMPLING_OUTCOMES, new From.Time(Instant.now().minus(KEPT)), ended::add);
        ended.follower.awaitCaughtUp();
        return ended;
    }

    private synchronized void add(SampleOutcome outcome, ConsumerRecord<String, byte[]> source) {
        boolean remembered =
                outcome != null
                        && outcome.getStatus() != SampleStatus.FAILED
                        && outcome.getRequestId().equals(source.key());
        if (!remembered || outcomes.containsKey(source.key())) {
            return; // the first one stands
        }
        outcomes.put(source.key(), source.value());
        bytes += source.value().length;
        var oldest = outcomes.values().iterator();
        while (bytes > MAXIMUM_BYTES) {
            bytes -= oldest.next().length;
            oldest.remove();
        }
    }

    /** The first outcome of a request as it was written. */
    public synchronized Optional<byte[]> outcome(String requestId) {
        return Optional.ofNullable(outcomes.get(requestId));
    }

    /** Returns when everything that is committed now is known. */
    public void catchUp(Duration most) throws InterruptedException {
        follower.catchUp(most);
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
