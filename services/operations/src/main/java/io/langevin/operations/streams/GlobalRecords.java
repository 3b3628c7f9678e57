package io.langevin.operations.streams;

import io.langevin.messaging.AvroSerde;
import io.langevin.messaging.UnreadableRecordException;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.GlobalKTable;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.TimestampedKeyValueStore;
import org.apache.kafka.streams.state.ValueAndTimestamp;

/**
 * The latest record of each key of a topic, whole in every process. They are decoded when they are
 * asked for: one that cannot be read, or not yet, is not known, and holds up no other.
 *
 * @param store its name
 */
public record GlobalRecords<T extends SpecificRecord>(String store, AvroSerde<T> serde) {

    /** Adds the table to the topology. */
    public static GlobalKTable<String, byte[]> table(
            StreamsBuilder builder, String topic, String store) {
        return builder.globalTable(
                topic,
                Consumed.with(Serdes.String(), Serdes.ByteArray()).withName(store + "-source"),
                Materialized.<String, byte[], KeyValueStore<Bytes, byte[]>>as(store)
                        .withKeySerde(Serdes.String())
                        .withValueSerde(Serdes.ByteArray()));
    }

    /** The record of a key, as far as is known here. */
    public Optional<T> of(String key, ProcessorContext<?, ?> context) {
        TimestampedKeyValueStore<String, byte[]> all = context.getStateStore(store);
        return decoded(ValueAndTimestamp.getValueOrNull(all.get(key)));
    }

    /** Whether there is a record of a key that can be read later, when the registry says how. */
    public boolean isUnreadableYet(String key, ProcessorContext<?, ?> context) {
        TimestampedKeyValueStore<String, byte[]> all = context.getStateStore(store);
        byte[] bytes = ValueAndTimestamp.getValueOrNull(all.get(key));
        return bytes != null && !serde.isReadable(bytes);
    }

    /** Hands over every record that is known here, with its key. */
    public void forEach(ProcessorContext<?, ?> context, BiConsumer<String, T> consumer) {
        TimestampedKeyValueStore<String, byte[]> all = context.getStateStore(store);
        try (KeyValueIterator<String, ValueAndTimestamp<byte[]>> entries = all.all()) {
            entries.forEachRemaining(
                    entry ->
                            decoded(ValueAndTimestamp.getValueOrNull(entry.value))
                                    .ifPresent(record -> consumer.accept(entry.key, record)));
        }
    }

    private Optional<T> decoded(byte[] bytes) {
        if (bytes == null || !serde.isReadable(bytes)) {
            return Optional.empty();
        }
        try {
            return Optional.of(serde.decode(bytes));
        } catch (UnreadableRecordException | UncheckedIOException e) {
            return Optional.empty();
        }
    }
}
