package io.langevin.messaging;

import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;

/** Writes dead letters on behalf of a service's {@link TopicFollower}s; waits for each. */
public final class DeadLetterWriter implements TopicFollower.Unreadable, AutoCloseable {
    private final Producer<String, byte[]> producer;
    private final String reader;

    private DeadLetterWriter(Producer<String, byte[]> producer, String reader) {
        this.producer = producer;
        this.reader = reader;
    }

    public static DeadLetterWriter open(KafkaConfig kafka, String reader) {
        return new DeadLetterWriter(kafka.producer(Map.of()), reader);
    }

    @Override
    public void handle(ConsumerRecord<String, byte[]> source, String reason) {
        producer.send(DeadLetters.of(source, reader, reason));
        producer.flush();
    }

    @Override
    public void close() {
        producer.close();
    }
}
