package io.langevin.operations.streams;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import org.apache.avro.Schema;
import org.apache.avro.message.BinaryMessageDecoder;
import org.apache.avro.message.BinaryMessageEncoder;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serializer;

/**
 * Records that stay inside the workflow, in Avro's single-object encoding: their topics belong to
 * Kafka Streams, so their schemas are not in the registry. What an earlier version of the platform
 * wrote is read by the schema that was released with it.
 *
 * @param encoder of the record
 * @param decoder of the record
 */
public record InternalSerde<T extends SpecificRecord>(
        BinaryMessageEncoder<T> encoder, BinaryMessageDecoder<T> decoder) implements Serde<T> {

    public static <T extends SpecificRecord> InternalSerde<T> of(Class<T> type) {
        var schema = SpecificData.get().getSchema(type);
        var data = SpecificData.getForClass(type);
        var decoder = new BinaryMessageDecoder<T>(data, schema);
        addReleased(type, decoder);
        return new InternalSerde<>(new BinaryMessageEncoder<>(data, schema), decoder);
    }

    private static void addReleased(Class<?> type, BinaryMessageDecoder<?> decoder) {
        for (int n = 1; ; n++) {
            String file = "/released/%s/%d.avsc".formatted(type.getSimpleName(), n);
            try (InputStream in = type.getResourceAsStream(file)) {
                if (in == null) {
                    return;
                }
                decoder.addSchema(new Schema.Parser().parse(in));
            } catch (IOException e) {
                throw new UncheckedIOException(file, e);
            }
        }
    }

    @Override
    public Serializer<T> serializer() {
        return (topic, record) -> {
            if (record == null) {
                return null;
            }
            try {
                var bytes = encoder.encode(record);
                byte[] array = new byte[bytes.remaining()];
                bytes.get(array);
                return array;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        };
    }

    @Override
    public Deserializer<T> deserializer() {
        return (topic, bytes) -> {
            if (bytes == null) {
                return null;
            }
            try {
                return decoder.decode(bytes);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        };
    }
}
