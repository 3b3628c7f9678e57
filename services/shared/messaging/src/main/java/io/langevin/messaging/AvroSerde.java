package io.langevin.messaging;

import io.langevin.messaging.rules.RecordRules;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.avro.Schema;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serializer;

/**
 * Records of one topic in Confluent's wire format: a zero byte, the schema's id in the registry (4
 * bytes, big-endian), the record in Avro binary. Safe to use from several threads.
 */
public final class AvroSerde<T extends SpecificRecord> implements Serde<T> {
    static final int HEADER = 5;
    private static final Duration TICK = Duration.ofMillis(50);

    private final WriterSchemas writers;
    private final Topic<T> topic;
    private final int id;

    /**
     * @param id of the topic's schema of today in the registry
     */
    AvroSerde(WriterSchemas writers, Topic<T> topic, int id) {
        this.writers = writers;
        this.topic = topic;
        this.id = id;
    }

    public byte[] encode(T record) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(256);
        out.write(0);
        out.writeBytes(ByteBuffer.allocate(4).putInt(id).array());
        BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(out, null);
        try {
            new SpecificDatumWriter<T>(topic.schema()).write(record, encoder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    /**
     * Whether {@link #decode} answers without the registry, be it by a refusal. Never waits; where
     * the answer is false, the registry is being asked and the record can be tried again later.
     */
    public boolean isReadable(byte[] bytes) {
        return !hasHeader(bytes) || writers.isAnswered(writerId(bytes));
    }

    /** Answers as {@link #isReadable}, after a moment in which a registry would answer. */
    public boolean isReadableSoon(byte[] bytes) {
        return !hasHeader(bytes) || writers.isAnsweredSoon(writerId(bytes));
    }

    /**
     * Answers as {@link #isReadable}, after a time in which the registry may answer.
     *
     * @param closed ends the waiting
     */
    public boolean awaitReadable(byte[] bytes, Duration most, CountDownLatch closed)
            throws InterruptedException {
        long begin = System.nanoTime();
        while (!isReadable(bytes)) {
            boolean tooLong = System.nanoTime() - begin > most.toNanos();
            if (tooLong || closed.await(TICK.toMillis(), TimeUnit.MILLISECONDS)) {
                return false;
            }
        }
        return true;
    }

    /**
     * @throws UnreadableRecordException where the bytes are not a record of this topic
     * @throws UncheckedIOException where the registry is needed and cannot be reached
     */
    public T decode(byte[] bytes) {
        if (bytes == null) {
            throw new UnreadableRecordException("value: must not be empty");
        }
        if (!hasHeader(bytes)) {
            throw new UnreadableRecordException(
                    "value: must start with a zero byte and a schema id, but its %d bytes do not"
                            .formatted(bytes.length));
        }
        int writerId = writerId(bytes);
        Schema writer = writers.of(writerId);
        if (!writer.getFullName().equals(topic.schema().getFullName())) {
            throw new UnreadableRecordException(
                    "value: must be a %s on %s, not a %s"
                            .formatted(
                                    topic.schema().getFullName(),
                                    topic.suffix(),
                                    RecordRules.abbreviated(writer.getFullName(), 200)));
        }
        ByteBuffer record = ByteBuffer.wrap(bytes, HEADER, bytes.length - HEADER);
        try {
            RecordBounds.check(writer, record);
            return read(writer, record);
        } catch (IOException | RuntimeException | StackOverflowError e) {
            // whatever is thrown while bytes from outside are read is a fault of theirs
            throw new UnreadableRecordException(
                    "value: not a %s of schema id %d: %s"
                            .formatted(topic.schema().getName(), writerId, reason(e)));
        }
    }

    private T read(Schema writer, ByteBuffer bytes) throws IOException {
        var reader = new SpecificDatumReader<T>(writer, topic.schema());
        return reader.read(
                null,
                DecoderFactory.get()
                        .binaryDecoder(bytes.array(), bytes.position(), bytes.remaining(), null));
    }

    private static String reason(Throwable e) {
        String text = e.getMessage() == null ? e.toString() : e.getMessage();
        return RecordRules.abbreviated(text.replaceFirst("^value: ", ""), 500);
    }

    static boolean hasHeader(byte[] bytes) {
        return bytes != null && bytes.length >= HEADER && bytes[0] == 0;
    }

    static int writerId(byte[] bytes) {
        return ByteBuffer.wrap(bytes, 1, Integer.BYTES).getInt();
    }

    @Override
    public Serializer<T> serializer() {
        return (name, record) -> record == null ? null : encode(record);
    }

    @Override
    public Deserializer<T> deserializer() {
        return (name, bytes) -> bytes == null ? null : decode(bytes);
    }
}
