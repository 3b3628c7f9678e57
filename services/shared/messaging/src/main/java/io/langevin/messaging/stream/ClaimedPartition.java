package io.langevin.messaging.stream;

import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * A partition that this process works on: the owner reads it, {@link OutputCommitter} completes
 * offsets. Safe to use from both threads.
 */
public final class ClaimedPartition {
    private final TopicPartition partition;
    private final OffsetLedger ledger;

    /** Where the log was cut, each time. */
    private final List<Long> cuts = new ArrayList<>();

    /** Offsets that were read and are not done. */
    private final NavigableSet<Long> outstanding = new TreeSet<>();

    private long position;
    private Optional<Integer> leaderEpoch = Optional.empty();
    private boolean lost;

    ClaimedPartition(TopicPartition partition, OffsetLedger ledger) {
        this.partition = partition;
        this.ledger = ledger;
        this.position = ledger.committable();
    }

    TopicPartition partition() {
        return partition;
    }

    /** Whether another process has it. */
    public synchronized boolean isLost() {
        return lost;
    }

    synchronized void lose() {
        lost = true;
    }

    /** Whether a record comes from below what was read: the log was cut, and has grown anew. */
    synchronized boolean isCutBelow(long offset) {
        return offset < position;
    }

    /** What was read from {@code offset} on were records that are no longer there. */
    synchronized void cutAt(long offset) {
        ledger.cutAt(offset);
        outstanding.tailSet(offset, true).clear();
        position = offset;
        cuts.add(offset);
    }

    /** How often the log was cut: what was claimed above a cut before it means nothing. */
    synchronized int cuts() {
        return cuts.size();
    }

    /**
     * A record was read. What lies between it and the one before is none: a marker of a
     * transaction, an aborted or a deleted record.
     *
     * @return whether it is still to be worked on
     */
    synchronized boolean reached(long offset, Optional<Integer> epoch) {
        ledger.completeRange(position, offset - 1);
        position = offset + 1;
        leaderEpoch = epoch;
        if (ledger.isDone(offset)) {
            return false;
        }
        outstanding.add(offset);
        return true;
    }

    /** Whether what is read but not done could outgrow the metadata of the committed offset. */
    synchronized boolean isCrowded() {
        return ledger.isCrowded(outstanding.size() + 1);
    }

    /** The offset to read next. */
    synchronized long position() {
        return position;
    }

    /**
     * Marks an offset; what is to be committed now.
     *
     * @param asOf {@link #cuts} when the offset was claimed
     */
    synchronized OffsetAndMetadata complete(long offset, int asOf) {
        boolean stillThere = cuts.subList(asOf, cuts.size()).stream().allMatch(cut -> offset < cut);
        if (stillThere) {
            ledger.complete(offset);
            outstanding.remove(offset);
        }
        return committable();
    }

    /**
     * What is done by now. The epoch of the last record read lets whoever goes on notice that the
     * log was cut meanwhile.
     */
    synchronized OffsetAndMetadata committable() {
        return new OffsetAndMetadata(ledger.committable(), leaderEpoch, ledger.metadata());
    }
}
