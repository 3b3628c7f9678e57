package io.langevin.operations;

import io.langevin.messaging.AvroSerde;
import io.langevin.messaging.DeadLetters;
import io.langevin.messaging.EventHeaders;
import io.langevin.messaging.KeptRecords;
import io.langevin.messaging.UnreadableRecordException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * Where the records of a topic enter the workflow: as records, or as {@link Dead} where they cannot
 * be read or break the topic's rule. One whose schema is in a registry that is away is kept in a
 * store until the registry is back, and those of its key behind it; the others go on. Of a sender's
 * headers nothing but the trace goes further.
 */
final class Entrance<T extends SpecificRecord>
        implements Processor<String, byte[], String, Object> {
    private static final Duration TRY_AGAIN = Duration.ofMillis(500);

    private final String topic;
    private final AvroSerde<T> serde;
    private final Rule<T> rule;
    private final DeadLetters deadLetters;
    private ProcessorContext<String, Object> context;
    private KeyValueStore<String, byte[]> held;
    private boolean holds = true; // as far as is known before the store has been looked at

    /** What a record of a topic must be beside readable. */
    interface Rule<T> {
        /** Why a record cannot be used: field, rule and value. */
        Optional<String> broken(String key, T record);
    }

    /**
     * A record that cannot be used.
     *
     * @param value of its dead letter
     */
    record Dead(byte[] value, String reason) {}

    /**
     * @param topic its whole name
     */
    Entrance(String topic, AvroSerde<T> serde, Rule<T> rule, DeadLetters deadLetters) {
        this.topic = topic;
        this.serde = serde;
        this.rule = rule;
        this.deadLetters = deadLetters;
    }

    @Override
    public void init(ProcessorContext<String, Object> processorContext) {
        context = processorContext;
        held = context.getStateStore(TopicStreams.HELD);
        context.schedule(TRY_AGAIN, PunctuationType.WALL_CLOCK_TIME, now -> tryAgain());
    }

    @Override
    public void process(Record<String, byte[]> record) {
        RecordMetadata place = context.recordMetadata().orElseThrow();
        var source = source(record, place);
        if (holds && isBehindAnother(source) || !isDone(source)) {
            held.put(name(source), KeptRecords.bytes(source));
            holds = true;
        }
    }

    private static ConsumerRecord<String, byte[]> source(
            Record<String, byte[]> record, RecordMetadata place) {
        return new ConsumerRecord<>(
                place.topic(),
                place.partition(),
                place.offset(),
                record.timestamp(),
                TimestampType.NO_TIMESTAMP_TYPE,
                -1,
                -1,
                record.key(),
                record.value(),
                new RecordHeaders(record.headers().toArray()),
                Optional.empty());
    }

    /** The store is shared by topics; names of one partition are in the order of offsets. */
    private static String name(ConsumerRecord<?, ?> source) {
        return "%s%019d".formatted(prefix(source), source.offset());
    }

    private static String prefix(ConsumerRecord<?, ?> source) {
        return "%s/%d/".formatted(source.topic(), source.partition());
    }

    private boolean isBehindAnother(ConsumerRecord<String, byte[]> source) {
        if (source.key() == null) {
            return false;
        }
        try (KeyValueIterator<String, byte[]> all = held.all()) {
            while (all.hasNext()) {
                var other = all.next();
                if (other.key.startsWith(prefix(source))
                        && source.key().equals(KeptRecords.parse(other.value).key())) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Those of every topic that shares the store: each entrance takes its own. */
    private void tryAgain() {
        Set<String> keysBefore = new HashSet<>();
        boolean any = false;
        try (KeyValueIterator<String, byte[]> all = held.all()) {
            while (all.hasNext()) {
                var next = all.next();
                any = true;
                ConsumerRecord<String, byte[]> source = KeptRecords.parse(next.value);
                if (!source.topic().equals(topic)) {
                    continue;
                }
                boolean behind = source.key() != null && keysBefore.contains(source.key());
                if (!behind && isDone(source)) {
                    held.delete(next.key);
                } else {
                    keysBefore.add(source.key());
                }
            }
        }
        holds = any;
    }

    /**
     * @return false where the record has to wait for the registry or the store of artifacts
     */
    private boolean isDone(ConsumerRecord<String, byte[]> source) {
        if (!serde.isReadableSoon(source.value())) {
            return false;
        }
        try {
            T record = serde.decode(source.value());
            Optional<String> broken = rule.broken(source.key(), record);
            if (broken.isPresent()) {
                return giveUp(source, broken.get());
            }
            EventHeaders.begin(source);
            forward(source.key(), record, source, EventHeaders.trace(source.headers()));
            return true;
        } catch (UnreadableRecordException e) {
            return giveUp(source, e.getMessage());
        } catch (UncheckedIOException e) {
            return false; // the registry went away just now
        }
    }

    private boolean giveUp(ConsumerRecord<String, byte[]> source, String reason) {
        ProducerRecord<String, byte[]> letter;
        try {
            letter = deadLetters.of(source, reason);
        } catch (UncheckedIOException e) {
            return false; // too large for a topic, and the store is away
        }
        forward(letter.key(), new Dead(letter.value(), reason), source, letter.headers());
        return true;
    }

    private void forward(String key, Object value, ConsumerRecord<?, ?> source, Headers headers) {
        context.forward(new Record<>(key, value, Math.max(0, source.timestamp()), headers));
    }
}
