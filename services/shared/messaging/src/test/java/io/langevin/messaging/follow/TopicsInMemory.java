package io.langevin.messaging.follow;

import io.langevin.messaging.AvroSerde;
import io.langevin.messaging.KafkaConfig;
import io.langevin.messaging.Schemas;
import io.langevin.messaging.Topic;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.record.TimestampType;

/** Topics without a broker: what is written is handed to its followers at once. */
public final class TopicsInMemory implements Followers {
    private final KafkaConfig kafka;
    private final Schemas schemas;
    private final Map<String, List<Following<?>>> followers = new HashMap<>();
    private final Map<String, List<ProducerRecord<String, byte[]>>> written = new HashMap<>();

    /**
     * @param schemas of a registry in memory
     */
    public TopicsInMemory(KafkaConfig kafka, Schemas schemas) {
        this.kafka = kafka;
        this.schemas = schemas;
    }

    private record Following<T extends SpecificRecord>(
            AvroSerde<T> serde, Follower.Handler<T> handler) {
        void hand(ProducerRecord<String, byte[]> record, long offset) {
            T value = record.value() == null ? null : serde.decode(record.value());
            handler.handle(
                    value,
                    new ConsumerRecord<>(
                            record.topic(),
                            0,
                            offset,
                            record.timestamp() == null ? -1 : record.timestamp(),
                            TimestampType.LOG_APPEND_TIME,
                            -1,
                            -1,
                            record.key(),
                            record.value(),
                            record.headers(),
                            Optional.empty()));
        }
    }

    @Override
    public <T extends SpecificRecord> Follower follow(
            Topic<T> topic, From from, Follower.Handler<T> handler) throws InterruptedException {
        var following = new Following<>(schemas.serde(topic), handler);
        followers.computeIfAbsent(kafka.name(topic), name -> new ArrayList<>()).add(following);
        if (!(from instanceof From.Now)) {
            List<ProducerRecord<String, byte[]>> before = records(kafka.name(topic));
            for (int offset = 0; offset < before.size(); offset++) {
                following.hand(before.get(offset), offset);
            }
        }
        return new CaughtUp(() -> followers.get(kafka.name(topic)).remove(following));
    }

    /** Writes a record. */
    public <T extends SpecificRecord> void write(Topic<T> topic, String key, T record)
            throws InterruptedException {
        write(new ProducerRecord<>(kafka.name(topic), key, schemas.serde(topic).encode(record)));
    }

    /** Writes a record to the topic that it names. */
    public void write(ProducerRecord<String, byte[]> record) {
        List<ProducerRecord<String, byte[]>> topic = records(record.topic());
        topic.add(record);
        List.copyOf(followers.getOrDefault(record.topic(), List.of()))
                .forEach(following -> following.hand(record, topic.size() - 1));
    }

    /** All that was written to a topic, by its whole name. */
    public List<ProducerRecord<String, byte[]>> records(String topic) {
        return written.computeIfAbsent(topic, name -> new ArrayList<>());
    }

    /** All that was written under a key, but for its deletion. */
    public <T extends SpecificRecord> List<T> records(Topic<T> topic, String key)
            throws InterruptedException {
        AvroSerde<T> serde = schemas.serde(topic);
        return records(kafka.name(topic)).stream()
                .filter(record -> key.equals(record.key()) && record.value() != null)
                .map(record -> serde.decode(record.value()))
                .toList();
    }

    /** It has always seen everything. */
    private static final class CaughtUp implements Follower {
        private final CompletableFuture<Void> ended = new CompletableFuture<>();
        private final Runnable forget;

        private CaughtUp(Runnable forget) {
            this.forget = forget;
        }

        @Override
        public void awaitCaughtUp() {}

        @Override
        public void awaitCaughtUp(Duration most) {}

        @Override
        public void catchUp(Duration most) {}

        @Override
        public CompletableFuture<Boolean> passed(Duration most) {
            return CompletableFuture.completedFuture(true);
        }

        @Override
        public CompletableFuture<Void> ended() {
            return ended;
        }

        @Override
        public void close() {
            forget.run();
            ended.complete(null);
        }
    }
}
