package io.langevin.operations;

import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.avro.message.BinaryMessageDecoder;
import org.apache.avro.message.BinaryMessageEncoder;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serializer;

/**
 * Records that stay inside the workflow, in Avro's single-object encoding: their topics belong to
 * Kafka Streams, so their schemas are not in the registry.
 *
 * @param encoder of the record
 * @param decoder of the record
 */
record InternalSerde<T extends SpecificRecord>(
        BinaryMessageEncoder<T> encoder, BinaryMessageDecoder<T> decoder) implements Serde<T> {

    static <T extends SpecificRecord> InternalSerde<T> of(Class<T> type) {
        var schema = SpecificData.get().getSchema(type);
        var data = SpecificData.getForClass(type);
        return new InternalSerde<>(
                new BinaryMessageEncoder<>(data, schema), new BinaryMessageDecoder<>(data, schema));
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
