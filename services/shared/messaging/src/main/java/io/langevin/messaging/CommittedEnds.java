package io.langevin.messaging;

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
 * Where partitions end, as far as they are committed. It asks over a connection of its own: on a
 * consumer's a question waits behind the fetch that waits for records, for half a second. Safe to
 * use from several threads.
 */
final class CommittedEnds implements AutoCloseable {
    private final KafkaConfig kafka;
    private Optional<Admin> admin = Optional.empty();

    CommittedEnds(KafkaConfig kafka) {
        this.kafka = kafka;
    }

    /** The offset behind the last record of each; fails where the broker does not say. */
    CompletableFuture<Map<TopicPartition, Long>> of(Collection<TopicPartition> partitions) {
        Map<TopicPartition, OffsetSpec> wanted = new HashMap<>();
        partitions.forEach(partition -> wanted.put(partition, OffsetSpec.latest()));
        return admin().listOffsets(wanted, new ListOffsetsOptions(IsolationLevel.READ_COMMITTED))
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
