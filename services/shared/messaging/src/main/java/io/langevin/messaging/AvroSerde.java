package io.langevin.messaging;

import io.confluent.kafka.schemaregistry.avro.AvroSchema;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.avro.AvroRuntimeException;
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
    private static final int HEADER = 5;

    private final SchemaRegistryClient registry;
    private final Topic<T> topic;
    private final int id;
    private final Map<Integer, Schema> writers = new ConcurrentHashMap<>();

    /**
     * @param id of the topic's schema of today in the registry
     */
    AvroSerde(SchemaRegistryClient registry, Topic<T> topic, int id) {
        this.registry = registry;
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
     * @throws UnreadableRecordException where the bytes are not a record of this topic
     * @throws UncheckedIOException where the registry cannot be reached
     */
    public T decode(byte[] bytes) {
        if (bytes == null) {
            throw new UnreadableRecordException("value: must not be empty");
        }
        if (bytes.length < HEADER || bytes[0] != 0) {
            throw new UnreadableRecordException(
                    "value: must start with a zero byte and a schema id, but its %d bytes do not"
                            .formatted(bytes.length));
        }
        int writerId = ByteBuffer.wrap(bytes, 1, 4).getInt();
        var reader = new SpecificDatumReader<T>(writer(writerId), topic.schema());
        try {
            var decoder =
                    DecoderFactory.get().binaryDecoder(bytes, HEADER, bytes.length - HEADER, null);
            T record = reader.read(null, decoder);
            if (!decoder.isEnd()) {
                throw new UnreadableRecordException(
                        "value: bytes are left over after a %s"
                                .formatted(topic.schema().getName()));
            }
            return record;
        } catch (IOException | AvroRuntimeException | IndexOutOfBoundsException e) {
            throw new UnreadableRecordException(
                    "value: not a %s of schema id %d: %s"
                            .formatted(topic.schema().getName(), writerId, e.getMessage()));
        }
    }

    private Schema writer(int writerId) {
        Schema known = writers.get(writerId);
        if (known != null) {
            return known;
        }
        Schema writer = fetch(writerId);
        if (!writer.getFullName().equals(topic.schema().getFullName())) {
            throw new UnreadableRecordException(
                    "value: must be a %s on %s, not a %s"
                            .formatted(
                                    topic.schema().getFullName(),
                                    topic.suffix(),
                                    writer.getFullName()));
        }
        writers.put(writerId, writer);
        return writer;
    }

    private Schema fetch(int writerId) {
        try {
            if (registry.getSchemaById(writerId) instanceof AvroSchema avro) {
                return avro.rawSchema();
            }
            throw new UnreadableRecordException(
                    "value: schema id %d is not an Avro schema".formatted(writerId));
        } catch (RestClientException e) {
            if (e.getStatus() == 404) {
                throw new UnreadableRecordException(
                        "value: schema id %d is not in the registry".formatted(writerId));
            }
            throw new UncheckedIOException(new IOException("registry: " + e.getMessage(), e));
        } catch (IOException e) {
            throw new UncheckedIOException("registry: " + e.getMessage(), e);
        }
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
