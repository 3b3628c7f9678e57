package io.langevin.messaging;

import io.langevin.messaging.rules.RecordRules;
import io.langevin.process.Inert;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;

/**
 * Records that no reader can use, kept as they were on {@code <topic>.dead} with the reason. One
 * that is too large for a topic is kept as a blob, and its dead letter names the blob.
 */
public final class DeadLetters {
    public static final String REASON = "langevin_reason";
    public static final String READER = "langevin_reader";
    public static final String TOPIC = "langevin_topic";
    public static final String PARTITION = "langevin_partition";
    public static final String OFFSET = "langevin_offset";

    /** The blob that has the whole record, a {@link KeptRecords kept record}. */
    public static final String ARTIFACT = "langevin_artifact";

    /** What a topic's dead letters are found by. */
    public static final String SUFFIX = ".dead";

    /** Where the record was, under the names that tools for Kafka look for. */
    private static final String ORIGINAL_TOPIC = "x-original-topic";

    private static final String ORIGINAL_PARTITION = "x-original-partition";
    private static final String ORIGINAL_OFFSET = "x-original-offset";
    private static final String ORIGINAL_TIMESTAMP = "x-original-timestamp";

    /** All that a dead letter has beside what its record had. */
    public static final Set<String> HEADERS =
            Set.of(
                    REASON,
                    READER,
                    TOPIC,
                    PARTITION,
                    OFFSET,
                    ARTIFACT,
                    ORIGINAL_TOPIC,
                    ORIGINAL_PARTITION,
                    ORIGINAL_OFFSET,
                    ORIGINAL_TIMESTAMP);

    private static final int LONGEST_REASON = 2_000;
    private static final int LONGEST_KEY = 4_096;

    private final String reader;
    private final LargeRecords large;

    /** Where records go that are too large for a topic. */
    public interface LargeRecords {
        /**
         * Keeps the bytes for good.
         *
         * @return the name by which they are found
         * @throws java.io.UncheckedIOException where that is not possible now
         */
        String put(byte[] bytes);
    }

    /**
     * @param reader who gives the records up
     */
    public DeadLetters(String reader, LargeRecords large) {
        this.reader = reader;
        this.large = large;
    }

    /**
     * Key, value and headers as they were, and beside them why, by whom and from where.
     *
     * @throws java.io.UncheckedIOException where the record is too large for a topic and cannot be
     *     kept elsewhere now
     */
    public ProducerRecord<String, byte[]> of(ConsumerRecord<String, byte[]> record, String reason) {
        return bytes(record) <= Topic.LARGEST_RECORD
                ? letter(record, reason, record.key(), record.value(), record.headers())
                : byReference(record, reason);
    }

    private ProducerRecord<String, byte[]> byReference(
            ConsumerRecord<String, byte[]> record, String reason) {
        Headers headers = new RecordHeaders();
        EventHeaders.put(headers, ARTIFACT, large.put(KeptRecords.bytes(record)));
        boolean shortKey = record.key() != null && record.key().length() <= LONGEST_KEY;
        return letter(record, reason, shortKey ? record.key() : null, null, headers);
    }

    private ProducerRecord<String, byte[]> letter(
            ConsumerRecord<String, byte[]> record,
            String reason,
            String key,
            byte[] value,
            Headers own) {
        RecordHeaders headers = new RecordHeaders();
        for (Header header : own) {
            // whoever sends a record must not say what became of it
            if (!HEADERS.contains(header.key()) || own != record.headers()) {
                headers.add(header);
            }
        }
        String text = RecordRules.abbreviated(reason, LONGEST_REASON);
        EventHeaders.put(headers, REASON, Inert.text(text));
        EventHeaders.put(headers, READER, reader);
        sayWhere(headers, record.topic(), record.partition(), record.offset());
        EventHeaders.put(headers, ORIGINAL_TIMESTAMP, "" + record.timestamp());
        return new ProducerRecord<>(record.topic() + SUFFIX, null, key, value, headers);
    }

    /** Adds where a record was, under our names and under those of other tools. */
    public static void sayWhere(Headers headers, String topic, int partition, long offset) {
        EventHeaders.put(headers, TOPIC, topic);
        EventHeaders.put(headers, PARTITION, "" + partition);
        EventHeaders.put(headers, OFFSET, "" + offset);
        EventHeaders.put(headers, ORIGINAL_TOPIC, topic);
        EventHeaders.put(headers, ORIGINAL_PARTITION, "" + partition);
        EventHeaders.put(headers, ORIGINAL_OFFSET, "" + offset);
    }

    private static long bytes(ConsumerRecord<String, byte[]> record) {
        long bytes = record.key() == null ? 0 : RecordKeys.encode(record.key()).length;
        bytes += record.value() == null ? 0 : record.value().length;
        for (Header header : record.headers()) {
            bytes += header.key().length() + (header.value() == null ? 0 : header.value().length);
        }
        return bytes;
    }
}
