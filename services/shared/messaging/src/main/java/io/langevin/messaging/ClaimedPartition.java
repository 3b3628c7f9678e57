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

    synchronized boolean isDone(long offset) {
        return ledger.isDone(offset);
    }

    synchronized void reached(long offset) {
        position = offset;
    }

    /** The offset to read next. */
    synchronized long position() {
        return position;
    }

    /** Marks the offset; what is to be committed now. */
    synchronized OffsetAndMetadata complete(long offset) {
        ledger.complete(offset);
        return new OffsetAndMetadata(ledger.committable(), ledger.metadata());
    }
}
