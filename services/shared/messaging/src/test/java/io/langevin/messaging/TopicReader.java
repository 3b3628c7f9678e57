package io.langevin.messaging;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/** Reads the committed records of a topic from its beginning, as a subscriber would; waits long. */
public final class TopicReader implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofMinutes(4);

    private final Consumer<String, byte[]> consumer;
    private final List<ConsumerRecord<String, byte[]>> seen = new ArrayList<>();

    public TopicReader(KafkaConfig kafka, String name) {
        consumer = kafka.consumer(Map.of());
        consumer.assign(
                consumer.partitionsFor(name).stream()
                        .map(p -> new TopicPartition(p.topic(), p.partition()))
                        .toList());
        consumer.seekToBeginning(consumer.assignment());
    }

    /** Reads on until the condition holds for what was read so far. */
    public List<ConsumerRecord<String, byte[]>> until(
            Predicate<List<ConsumerRecord<String, byte[]>>> condition) {
        long progress = System.nanoTime();
        while (!condition.test(seen)) {
            if (System.nanoTime() - progress > PATIENCE.toNanos()) {
                throw new AssertionError(
                        "nothing more within %s; read %d records".formatted(PATIENCE, seen.size()));
            }
            var more = consumer.poll(Duration.ofMillis(100));
            more.forEach(seen::add);
            progress = more.isEmpty() ? progress : System.nanoTime();
        }
        return List.copyOf(seen);
    }

    public List<ConsumerRecord<String, byte[]>> untilCount(int count) {
        return until(records -> records.size() >= count);
    }

    /** Everything that is there now. */
    public List<ConsumerRecord<String, byte[]>> toEnd() {
        Map<TopicPartition, Long> ends = consumer.endOffsets(consumer.assignment());
        return until(
                records ->
                        ends.entrySet().stream()
                                .allMatch(
                                        end -> consumer.position(end.getKey()) >= end.getValue()));
    }

    @Override
    public void close() {
        consumer.close();
    }
}
