package io.langevin.messaging;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;

/** Records that no reader can use, kept as they were on {@code <topic>.dead} with the reason. */
public final class DeadLetters {
    public static final String REASON = "langevin_reason";
    public static final String READER = "langevin_reader";
    public static final String TOPIC = "langevin_topic";
    public static final String PARTITION = "langevin_partition";
    public static final String OFFSET = "langevin_offset";

    private static final int LONGEST_REASON = 2_000;

    private DeadLetters() {}

    /** Key, value and headers as they were, and beside them why, by whom and from where. */
    public static <K, V> ProducerRecord<K, V> of(
            ConsumerRecord<K, V> record, String reader, String reason) {
        RecordHeaders headers = new RecordHeaders(record.headers().toArray());
        EventHeaders.put(headers, REASON, abbreviated(reason));
        EventHeaders.put(headers, READER, reader);
        EventHeaders.put(headers, TOPIC, record.topic());
        EventHeaders.put(headers, PARTITION, "" + record.partition());
        EventHeaders.put(headers, OFFSET, "" + record.offset());
        return new ProducerRecord<>(
                record.topic() + ".dead", null, record.key(), record.value(), headers);
    }

    private static String abbreviated(String reason) {
        return reason.length() <= LONGEST_REASON
                ? reason
                : reason.substring(0, LONGEST_REASON) + "…";
    }
}
