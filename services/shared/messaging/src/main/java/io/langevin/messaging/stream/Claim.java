package io.langevin.messaging.stream;

import java.time.Duration;
import java.time.Instant;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * A record to work on.
 *
 * @param record decoded
 * @param source as it came, with timestamp and headers; it has a trace
 * @param claimedAt when it was handed out
 * @param cuts of the partition when it was claimed
 */
public record Claim<T>(
        T record,
        ConsumerRecord<String, byte[]> source,
        ClaimedPartition partition,
        Instant claimedAt,
        int cuts) {
    /** Topics keep requests no longer. */
    private static final Duration OLDEST_REQUEST = Duration.ofDays(7);

    /**
     * When it was asked for: its timestamp, which is the sender's own on a topic that keeps
     * senders' time, as far as that can be.
     */
    public Instant askedAt() {
        Instant asked = Instant.ofEpochMilli(source.timestamp());
        boolean possible =
                !asked.isAfter(claimedAt) && asked.plus(OLDEST_REQUEST).isAfter(claimedAt);
        return possible ? asked : claimedAt;
    }

    /** Whether another process has it now: stop working on it, its outputs are of no use. */
    public boolean isLost() {
        return partition.isLost();
    }
}
