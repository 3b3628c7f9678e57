package io.langevin.messaging.stream;

import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * What is done of one partition when records finish out of order: everything below {@link
 * #committable}, and some ranges beyond. The ranges travel in the committed offset's metadata, so
 * that whoever takes the partition over skips what is done. Not thread-safe.
 *
 * <p>Metadata is a list of ranges relative to the committed offset, in base 36: {@code 2,5-8} means
 * that offset+2 and offset+5 to offset+8 are done. Kafka takes 4,096 characters of it by default:
 * {@link #isCrowded} says when to admit no more.
 */
public final class OffsetLedger {
    /** Kafka's default limit (offset.metadata.max.bytes). */
    static final int METADATA_LIMIT = 4_096;

    /** The longest a further range can be: two numbers, a dash and a comma. */
    private static final int RANGE_LENGTH = 16;

    private static final int RADIX = 36;

    /** Numbers short enough for a long. */
    private static final Pattern METADATA =
            Pattern.compile("[0-9a-z]{1,12}(-[0-9a-z]{1,12})?(,[0-9a-z]{1,12}(-[0-9a-z]{1,12})?)*");

    private long committable;
    private final NavigableMap<Long, Long> done = new TreeMap<>();

    private OffsetLedger(long committable) {
        this.committable = committable;
    }

    /** Nothing is done from {@code offset} on. */
    public static OffsetLedger startingAt(long offset) {
        return new OffsetLedger(offset);
    }

    /**
     * Restores a ledger as it was when it was committed.
     *
     * @param metadata as {@link #metadata} wrote it; empty, or of somebody else's making: nothing
     *     beyond the offset
     */
    public static OffsetLedger restore(long offset, String metadata) {
        OffsetLedger ledger = new OffsetLedger(offset);
        if (!METADATA.matcher(metadata).matches()) {
            return ledger;
        }
        for (String range : metadata.split(",")) {
            String[] ends = range.split("-", 2);
            long first = offset + Long.parseLong(ends[0], RADIX);
            long last = offset + Long.parseLong(ends[ends.length - 1], RADIX);
            ledger.completeRange(first, last);
        }
        return ledger;
    }

    /** Marks one offset; marking it again changes nothing. */
    public void complete(long offset) {
        completeRange(offset, offset);
    }

    /**
     * Marks offsets {@code first} to {@code last} at which there is no record: markers of
     * transactions, aborted and deleted records.
     */
    public void completeRange(long first, long last) {
        long from = Math.max(first, committable);
        if (from > last) {
            return;
        }
        long to = last;
        Map.Entry<Long, Long> before = done.floorEntry(from);
        if (before != null && before.getValue() >= from - 1) {
            from = before.getKey();
        }
        // every range that begins inside, or right behind, becomes part of this one
        Map<Long, Long> met = done.subMap(from, true, last + 1, true);
        for (long end : met.values()) {
            to = Math.max(to, end);
        }
        met.clear();
        done.put(from, to);
        Map.Entry<Long, Long> lowest = done.firstEntry();
        if (lowest.getKey() == committable) {
            committable = lowest.getValue() + 1;
            done.remove(lowest.getKey());
        }
    }

    /** Forgets what is done from an offset on: the log was cut there, what comes is new. */
    public void cutAt(long offset) {
        committable = Math.min(committable, offset);
        done.tailMap(offset, true).clear();
        Map.Entry<Long, Long> last = done.lastEntry();
        if (last != null && last.getValue() >= offset) {
            done.put(last.getKey(), offset - 1);
        }
    }

    public boolean isDone(long offset) {
        if (offset < committable) {
            return true;
        }
        Map.Entry<Long, Long> range = done.floorEntry(offset);
        return range != null && range.getValue() >= offset;
    }

    /** Every offset below this one is done. */
    public long committable() {
        return committable;
    }

    public String metadata() {
        StringBuilder text = new StringBuilder();
        done.forEach(
                (first, last) -> {
                    text.append(text.isEmpty() ? "" : ",").append(relative(first));
                    if (last > first) {
                        text.append('-').append(relative(last));
                    }
                });
        return text.toString();
    }

    /**
     * Whether {@code more} completions, each a range of its own at worst, could outgrow the
     * metadata.
     */
    public boolean isCrowded(int more) {
        return (done.size() + more) * RANGE_LENGTH > METADATA_LIMIT;
    }

    private String relative(long offset) {
        return Long.toString(offset - committable, RADIX);
    }
}
