package io.langevin.messaging;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;

/** Writes the records of one topic outside transactions. Safe to use from several threads. */
public final class RecordWriter<T extends SpecificRecord> implements AutoCloseable {
    private final Producer<String, byte[]> producer;
    private final String name;
    private final AvroSerde<T> serde;
    private final EventHeaders headers;

    private RecordWriter(
            Producer<String, byte[]> producer,
            String name,
            AvroSerde<T> serde,
            EventHeaders headers) {
        this.producer = producer;
        this.name = name;
        this.serde = serde;
        this.headers = headers;
    }

    /**
     * @param writer who writes, for {@code ce_source}
     */
    public static <T extends SpecificRecord> RecordWriter<T> open(
            KafkaConfig kafka, Schemas schemas, Topic<T> topic, String writer)
            throws InterruptedException {
        return open(kafka, schemas, topic, writer, Map.of());
    }

    /**
     * The same, with an end to its waiting.
     *
     * @param most how long a record may take; {@link #write} fails where the broker takes longer
     */
    public static <T extends SpecificRecord> RecordWriter<T> open(
            KafkaConfig kafka, Schemas schemas, Topic<T> topic, String writer, Duration most)
            throws InterruptedException {
        // half of it for learning where to, half for getting it there
        int millis = (int) Math.min(Integer.MAX_VALUE, most.toMillis() / 2);
        return open(
                kafka,
                schemas,
                topic,
                writer,
                Map.of(
                        ProducerConfig.MAX_BLOCK_MS_CONFIG,
                        millis,
                        ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG,
                        Math.max(1, millis / 2),
                        ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG,
                        millis));
    }

    private static <T extends SpecificRecord> RecordWriter<T> open(
            KafkaConfig kafka,
            Schemas schemas,
            Topic<T> topic,
            String writer,
            Map<String, Object> settings)
            throws InterruptedException {
        return new RecordWriter<>(
                kafka.producer(settings),
                kafka.name(topic),
                schemas.serde(topic),
                EventHeaders.ofService(writer));
    }

    /**
     * Returns when the record is safe.
     *
     * @param cause headers of the record that this one comes of
     * @throws KafkaException where it was not written
     */
    public void write(String key, T record, Headers cause) throws InterruptedException {
        send(
                new ProducerRecord<>(
                        name, null, key, serde.encode(record), headers.of(record, cause)));
    }

    /** Deletes a key of a compacted topic. */
    public void delete(String key) throws InterruptedException {
        send(new ProducerRecord<>(name, key, null));
    }

    private void send(ProducerRecord<String, byte[]> record) throws InterruptedException {
        try {
            producer.send(record).get();
        } catch (ExecutionException e) {
            throw new KafkaException(
                    "%s: not written: %s".formatted(name, e.getCause().getMessage()), e);
        }
    }

    /** Writes a record that begins a trace. */
    public void write(String key, T record) throws InterruptedException {
        write(key, record, new RecordHeaders());
    }

    @Override
    public void close() {
        producer.close();
    }
}
