package io.langevin.messaging;

import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * A partition that this process works on: the owner reads it, {@link OutputCommitter} completes
 * offsets. Safe to use from both threads.
 */
public final class ClaimedPartition {
    private final TopicPartition partition;
    private final OffsetLedger ledger;
    private long position;
    private int outstanding;
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

    /**
     * A record was read. What lies between it and the one before is none: a marker of a
     * transaction, an aborted or a deleted record.
     *
     * @return whether it is still to be worked on
     */
    synchronized boolean reached(long offset) {
        ledger.completeRange(position, offset - 1);
        position = offset + 1;
        if (ledger.isDone(offset)) {
            return false;
        }
        outstanding++;
        return true;
    }

    /** Whether what is read but not done could outgrow the metadata of the committed offset. */
    synchronized boolean isCrowded() {
        return ledger.isCrowded(outstanding + 1);
    }

    /** The offset to read next. */
    synchronized long position() {
        return position;
    }

    /** Marks the offset; what is to be committed now. */
    synchronized OffsetAndMetadata complete(long offset) {
        ledger.complete(offset);
        outstanding--;
        return committable();
    }

    /** What is done by now. */
    synchronized OffsetAndMetadata committable() {
        return new OffsetAndMetadata(ledger.committable(), ledger.metadata());
    }
}
