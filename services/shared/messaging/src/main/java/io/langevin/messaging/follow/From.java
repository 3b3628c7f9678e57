package io.langevin.messaging.follow;

import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.TopicPartition;

/** Where a follower begins. */
public sealed interface From {
    /** Sets a consumer's positions. */
    void seek(Consumer<?, ?> consumer, Collection<TopicPartition> partitions);

    /** The follower begins with the oldest record there is. */
    record Beginning() implements From {
        @Override
        public void seek(Consumer<?, ?> consumer, Collection<TopicPartition> partitions) {
            consumer.seekToBeginning(partitions);
        }
    }

    /** The follower begins with the next record. */
    record Now() implements From {
        @Override
        public void seek(Consumer<?, ?> consumer, Collection<TopicPartition> partitions) {
            consumer.seekToEnd(partitions);
        }
    }

    /** The follower begins so many records before the end of each partition. */
    record Newest(int records) implements From {
        @Override
        public void seek(Consumer<?, ?> consumer, Collection<TopicPartition> partitions) {
            Map<TopicPartition, Long> begins = consumer.beginningOffsets(partitions);
            consumer.endOffsets(partitions)
                    .forEach(
                            (partition, end) ->
                                    consumer.seek(
                                            partition,
                                            Math.max(begins.get(partition), end - records)));
        }
    }

    /** The follower begins with the first record that is not older. */
    record Time(Instant instant) implements From {
        @Override
        public void seek(Consumer<?, ?> consumer, Collection<TopicPartition> partitions) {
            consumer.seekToEnd(partitions);
            Map<TopicPartition, Long> wanted = new HashMap<>();
            partitions.forEach(p -> wanted.put(p, instant.toEpochMilli()));
            for (var found : consumer.offsetsForTimes(wanted).entrySet()) {
                OffsetAndTimestamp offset = found.getValue();
                if (offset != null) {
                    consumer.seek(found.getKey(), offset.offset());
                }
            }
        }
    }
}
