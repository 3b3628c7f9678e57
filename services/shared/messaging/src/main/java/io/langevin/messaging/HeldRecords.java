package io.langevin.messaging;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * Records that wait for something that is away, such as their schema's registry, in the order in
 * which they came. Records behind them do not wait, but for those of the same key. Not thread-safe.
 */
public final class HeldRecords {
    private static final int MOST = 1_000;
    private static final long MOST_BYTES = 64L << 20;
    private static final Duration TRY_AGAIN = Duration.ofMillis(500);

    /** A registry that is there, if slow, answers within this time. */
    private static final Duration FRESH = Duration.ofSeconds(2);

    private final List<Held> held = new ArrayList<>();
    private long bytes;

    /**
     * @param notBefore System.nanoTime of the next try
     * @param since System.nanoTime of when it was held
     */
    private record Held(ConsumerRecord<String, byte[]> record, long notBefore, long since) {}

    /** What to do with a record whose turn it is again. */
    public interface Attempt {
        /**
         * @return whether the record is done with; otherwise it goes on waiting
         */
        boolean on(ConsumerRecord<String, byte[]> record);
    }

    /** It may be tried at once: its schema is being asked for, which takes milliseconds. */
    public void add(ConsumerRecord<String, byte[]> record) {
        long now = System.nanoTime();
        held.add(new Held(record, now, now));
        bytes += record.serializedValueSize();
    }

    public boolean isEmpty() {
        return held.isEmpty();
    }

    /** Whether one that has only just come lies before these ends of its partition. */
    public boolean anyFreshBefore(Map<TopicPartition, Long> ends) {
        long now = System.nanoTime();
        return held.stream()
                .filter(each -> now - each.since < FRESH.toNanos())
                .map(Held::record)
                .anyMatch(record -> record.offset() < ends.getOrDefault(partition(record), 0L));
    }

    private static TopicPartition partition(ConsumerRecord<?, ?> record) {
        return new TopicPartition(record.topic(), record.partition());
    }

    /** Whether one was tried in vain. */
    public boolean isOverdue() {
        long now = System.nanoTime();
        return held.stream().anyMatch(each -> each.notBefore > now);
    }

    /** Whether more records can be read: what waits is kept in memory. */
    public boolean hasRoom() {
        return held.size() < MOST && bytes < MOST_BYTES;
    }

    public int size() {
        return held.size();
    }

    /** Whether a record must wait because one of its key does. */
    public boolean isBehindAnother(ConsumerRecord<String, byte[]> record) {
        return record.key() != null
                && held.stream().anyMatch(h -> Objects.equals(h.record.key(), record.key()));
    }

    /** Tries every record whose time has come, at most {@code most} with success. */
    public void tryAgain(int most, Attempt attempt) {
        long now = System.nanoTime();
        List<Object> stillHeld = new ArrayList<>();
        int done = 0;
        for (int i = 0; i < held.size() && done < most; i++) {
            Held each = held.get(i);
            boolean behind = each.record.key() != null && stillHeld.contains(each.record.key());
            if (!behind && each.notBefore <= now && attempt.on(each.record)) {
                held.remove(i--);
                bytes -= each.record.serializedValueSize();
                done++;
                continue;
            }
            if (!behind && each.notBefore <= now) {
                held.set(i, new Held(each.record, now + TRY_AGAIN.toNanos(), each.since));
            }
            stillHeld.add(each.record.key());
        }
    }

    public void removeIf(Predicate<ConsumerRecord<String, byte[]>> gone) {
        Iterator<Held> each = held.iterator();
        while (each.hasNext()) {
            Held next = each.next();
            if (gone.test(next.record)) {
                bytes -= next.record.serializedValueSize();
                each.remove();
            }
        }
    }
}
