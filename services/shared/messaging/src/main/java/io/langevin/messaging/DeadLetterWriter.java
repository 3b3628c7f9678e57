package io.langevin.messaging;

import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;

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

    /** Over a producer of somebody else's; closing closes it too. */
    static DeadLetterWriter over(Producer<String, byte[]> producer, String reader) {
        return new DeadLetterWriter(producer, reader);
    }

    @Override
    public void handle(ConsumerRecord<String, byte[]> source, String reason) {
        try {
            producer.send(DeadLetters.of(source, reader, reason)).get();
        } catch (ExecutionException e) {
            throw new KafkaException("dead letter not written", e.getCause());
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }

    @Override
    public void close() {
        producer.close();
    }
}
