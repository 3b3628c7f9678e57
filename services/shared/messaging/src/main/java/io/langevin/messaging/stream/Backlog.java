package io.langevin.messaging.stream;

import io.langevin.messaging.HeldRecords;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Records that have been read and not handed out: in their order, but for those that wait for
 * something that is away. Owned by one thread.
 */
final class Backlog {
    private static final Logger LOG = LoggerFactory.getLogger(Backlog.class);

    /** A schema that is asked for comes within milliseconds. */
    private static final Duration SOON = Duration.ofMillis(5);

    private final String topic;
    private final Deque<ConsumerRecord<String, byte[]>> records = new ArrayDeque<>();
    private final HeldRecords held = new HeldRecords();
    private boolean saidThatItHolds;

    /**
     * @param topic for the log
     */
    Backlog(String topic) {
        this.topic = topic;
    }

    void add(ConsumerRecord<String, byte[]> record) {
        records.add(record);
    }

    /** Whether more are to be read. */
    boolean wantsMore() {
        return records.isEmpty() && held.hasRoom();
    }

    /** How long to wait for more, where somebody wants {@code atMost} within a time. */
    Duration patience(Duration timeout, int atMost) {
        if (atMost > 0 && !records.isEmpty()) {
            return Duration.ZERO;
        }
        return held.isEmpty() || timeout.compareTo(SOON) < 0 ? timeout : SOON;
    }

    /**
     * Hands records out until {@code handedOut} has as many as are wanted.
     *
     * @param attempt whether a record needs nothing that is away; it may add to {@code handedOut}
     */
    void handOut(int atMost, Collection<?> handedOut, HeldRecords.Attempt attempt) {
        held.tryAgain(atMost, attempt);
        while (handedOut.size() < atMost && !records.isEmpty()) {
            ConsumerRecord<String, byte[]> next = records.remove();
            if (held.isBehindAnother(next) || !attempt.on(next)) {
                held.add(next);
            }
        }
        sayWhetherItHolds();
    }

    private void sayWhetherItHolds() {
        if (held.isEmpty()) {
            saidThatItHolds = false;
        } else if (!saidThatItHolds && held.isOverdue()) {
            LOG.atWarn()
                    .addKeyValue("topic", topic)
                    .addKeyValue("records", held.size())
                    .log("records wait for the schema registry or the artifact store");
            saidThatItHolds = true;
        }
    }

    void removeIf(Predicate<ConsumerRecord<String, byte[]>> gone) {
        records.removeIf(gone);
        held.removeIf(gone);
    }

    int size() {
        return records.size() + held.size();
    }
}
