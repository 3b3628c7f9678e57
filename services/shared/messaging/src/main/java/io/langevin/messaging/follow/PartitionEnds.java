package io.langevin.messaging.follow;

import io.langevin.messaging.KafkaConfig;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;

/**
 * Where partitions end. It asks over a connection of its own: on a consumer's a question waits
 * behind the fetch that waits for records, for half a second. Safe to use from several threads.
 */
final class PartitionEnds implements AutoCloseable {
    private final KafkaConfig kafka;
    private Optional<Admin> admin = Optional.empty();

    PartitionEnds(KafkaConfig kafka) {
        this.kafka = kafka;
    }

    /**
     * The offset behind the last record of each that readers of committed records can see; fails
     * where the broker does not say.
     */
    CompletableFuture<Map<TopicPartition, Long>> committed(Collection<TopicPartition> partitions) {
        return of(partitions, IsolationLevel.READ_COMMITTED);
    }

    /** The offset behind the last record of each, open transactions counted in. */
    CompletableFuture<Map<TopicPartition, Long>> written(Collection<TopicPartition> partitions) {
        return of(partitions, IsolationLevel.READ_UNCOMMITTED);
    }

    private CompletableFuture<Map<TopicPartition, Long>> of(
            Collection<TopicPartition> partitions, IsolationLevel isolation) {
        Map<TopicPartition, OffsetSpec> wanted = new HashMap<>();
        partitions.forEach(partition -> wanted.put(partition, OffsetSpec.latest()));
        return admin().listOffsets(wanted, new ListOffsetsOptions(isolation))
                .all()
                .toCompletionStage()
                .toCompletableFuture()
                .thenApply(
                        found -> {
                            Map<TopicPartition, Long> ends = new HashMap<>();
                            found.forEach((partition, end) -> ends.put(partition, end.offset()));
                            return ends;
                        });
    }

    private synchronized Admin admin() {
        if (admin.isEmpty()) {
            admin = Optional.of(kafka.admin());
        }
        return admin.get();
    }

    @Override
    public synchronized void close() {
        admin.ifPresent(open -> open.close(Duration.ZERO));
    }
}
