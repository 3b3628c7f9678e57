package io.langevin.messaging;

import io.langevin.records.KeptHeader;
import io.langevin.records.KeptRecord;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;

/** Records as they came, as bytes: {@link KeptRecord} in Avro's single-object encoding. */
public final class KeptRecords {
    private KeptRecords() {}

    public static byte[] bytes(ConsumerRecord<String, byte[]> record) {
        List<KeptHeader> headers = new ArrayList<>();
        for (Header header : record.headers()) {
            headers.add(new KeptHeader(header.key(), wrapped(header.value())));
        }
        var kept =
                KeptRecord.newBuilder()
                        .setTopic(record.topic())
                        .setPartition(record.partition())
                        .setOffset(record.offset())
                        .setTimestamp(Instant.ofEpochMilli(record.timestamp()))
                        .setHeaders(headers)
                        .setKey(
                                record.key() == null
                                        ? null
                                        : ByteBuffer.wrap(RecordKeys.encode(record.key())))
                        .setValue(wrapped(record.value()))
                        .build();
        try {
            return array(KeptRecord.getEncoder().encode(kept));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * @throws IllegalArgumentException where the bytes are no kept record
     */
    public static ConsumerRecord<String, byte[]> parse(byte[] bytes) {
        KeptRecord kept;
        try {
            kept = KeptRecord.getDecoder().decode(bytes);
        } catch (IOException e) {
            throw new IllegalArgumentException("not a kept record: " + e.getMessage(), e);
        }
        Headers headers = new RecordHeaders();
        kept.getHeaders().forEach(h -> headers.add(h.getName(), array(h.getValue())));
        return new ConsumerRecord<>(
                kept.getTopic(),
                kept.getPartition(),
                kept.getOffset(),
                kept.getTimestamp().toEpochMilli(),
                TimestampType.CREATE_TIME,
                -1,
                -1,
                kept.getKey() == null ? null : RecordKeys.decode(array(kept.getKey())),
                array(kept.getValue()),
                headers,
                Optional.empty());
    }

    private static ByteBuffer wrapped(byte[] bytes) {
        return bytes == null ? null : ByteBuffer.wrap(bytes);
    }

    private static byte[] array(ByteBuffer buffer) {
        if (buffer == null) {
            return null;
        }
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }
}
