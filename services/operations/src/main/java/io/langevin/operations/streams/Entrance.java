package io.langevin.operations.streams;

import io.langevin.messaging.AvroSerde;
import io.langevin.messaging.DeadLetters;
import io.langevin.messaging.EventHeaders;
import io.langevin.messaging.KeptRecords;
import io.langevin.messaging.UnreadableRecordException;
import io.langevin.process.Inert;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.Cancellable;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where the records of a topic enter the workflow: as records, or as {@link Dead} where they cannot
 * be read or break the topic's rule. One whose schema is in a registry that is away is kept in a
 * store until the registry is back, and those of its key behind it; the others go on. Of a sender's
 * headers nothing but the trace goes further.
 */
public final class Entrance<T extends SpecificRecord>
        implements Processor<String, byte[], String, Object> {
    /** Name of the store of records that wait. */
    static final String STORE = "held-records";

    private static final Duration TRY_AGAIN = Duration.ofMillis(500);

    private static final Duration LONGEST_ROUND = Duration.ofMillis(500);
    private static final Logger LOG = LoggerFactory.getLogger(Entrance.class);

    private final String topic;
    private final boolean compacted;
    private final AvroSerde<T> serde;
    private final RecordRule<T> rule;
    private final DeadLetters deadLetters;

    /** How many records of a key are held: those that come later stay behind them. */
    private final Map<String, Integer> heldKeys = new HashMap<>();

    private ProcessorContext<String, Object> context;
    private KeyValueStore<String, byte[]> held;

    private Optional<Cancellable> punctuation = Optional.empty();

    /** Whether the registry may still be waited for before the next round of the held records. */
    private boolean mayWait = true;

    /**
     * A record that cannot be used.
     *
     * @param value of its dead letter
     */
    public record Dead(byte[] value, String reason) {}

    /** A record of a compacted topic that ends its key. */
    public record Deleted() {}

    /**
     * @param topic its whole name
     * @param compacted whether a record without a value ends its key
     */
    Entrance(
            String topic,
            boolean compacted,
            AvroSerde<T> serde,
            RecordRule<T> rule,
            DeadLetters deadLetters) {
        this.topic = topic;
        this.compacted = compacted;
        this.serde = serde;
        this.rule = rule;
        this.deadLetters = deadLetters;
    }

    @Override
    public void init(ProcessorContext<String, Object> processorContext) {
        context = processorContext;
        held = context.getStateStore(STORE);
        heldKeys.clear(); // a task that is revived begins anew with the same objects
        mayWait = true;
        try (KeyValueIterator<String, byte[]> own = own()) {
            while (own.hasNext()) {
                kept(own.next()).ifPresent(source -> hold(source.key()));
            }
        }
        punctuation.ifPresent(Cancellable::cancel);
        punctuation =
                Optional.of(
                        context.schedule(
                                TRY_AGAIN, PunctuationType.WALL_CLOCK_TIME, now -> tryAgain()));
    }

    /** Nobody else writes to the store: what cannot be read there is nobody's record. */
    private Optional<ConsumerRecord<String, byte[]>> kept(KeyValue<String, byte[]> entry) {
        try {
            return Optional.of(KeptRecords.parse(entry.value));
        } catch (RuntimeException e) {
            LOG.atError()
                    .addKeyValue("entry", Inert.text(entry.key))
                    .setCause(e)
                    .log("an entry of the store that is no record is deleted");
            held.delete(entry.key);
            return Optional.empty();
        }
    }

    @Override
    public void process(Record<String, byte[]> record) {
        RecordMetadata place = context.recordMetadata().orElseThrow();
        var source = source(record, place);
        if (heldKeys.containsKey(source.key()) || !isReadable(source) || !isDone(source)) {
            held.put(name(source), KeptRecords.bytes(source));
            hold(source.key());
        }
    }

    /** A registry that does not answer is waited for once a round, whatever comes in it. */
    private boolean isReadable(ConsumerRecord<String, byte[]> source) {
        boolean readable =
                mayWait ? serde.isReadableSoon(source.value()) : serde.isReadable(source.value());
        mayWait &= readable;
        return readable;
    }

    /** Records without a key have no order among themselves. */
    private void hold(String key) {
        if (key != null) {
            heldKeys.merge(key, 1, Integer::sum);
        }
    }

    private void release(String key) {
        heldKeys.computeIfPresent(key, (any, count) -> count == 1 ? null : count - 1);
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
        return "%s/%d/%019d".formatted(source.topic(), source.partition(), source.offset());
    }

    /** All that is held of this topic: '0' is the character behind '/'. */
    private KeyValueIterator<String, byte[]> own() {
        return held.range(topic + "/", topic + "0");
    }

    private void tryAgain() {
        mayWait = true;
        long begun = System.nanoTime();
        Set<String> keysBefore = new HashSet<>();
        try (KeyValueIterator<String, byte[]> own = own()) {
            while (own.hasNext() && System.nanoTime() - begun < LONGEST_ROUND.toNanos()) {
                var next = own.next();
                Optional<ConsumerRecord<String, byte[]>> record = kept(next);
                if (record.isEmpty()) {
                    continue;
                }
                ConsumerRecord<String, byte[]> source = record.get();
                String key = source.key();
                boolean first = key == null || !keysBefore.contains(key);
                if (first && serde.isReadable(source.value()) && isDone(source)) {
                    held.delete(next.key);
                    if (key != null) {
                        release(key);
                    }
                } else {
                    keysBefore.add(key);
                }
            }
        }
    }

    /**
     * @return false where the record has to wait for the registry or the store of artifacts
     */
    private boolean isDone(ConsumerRecord<String, byte[]> source) {
        if (compacted && source.value() == null && source.key() != null) {
            forward(source.key(), new Deleted(), source, EventHeaders.trace(source.headers()));
            return true;
        }
        T record;
        try {
            record = serde.decode(source.value());
            Optional<String> broken = rule.broken(source.key(), record);
            if (broken.isPresent()) {
                return giveUp(source, broken.get());
            }
        } catch (UnreadableRecordException e) {
            return giveUp(source, e.getMessage());
        } catch (UncheckedIOException e) {
            return false; // the registry went away just now
        } catch (RuntimeException | StackOverflowError e) {
            LOG.atError()
                    .addKeyValue("topic", topic)
                    .addKeyValue("partition", source.partition())
                    .addKeyValue("offset", source.offset())
                    .setCause(e)
                    .log("a record that no rule can judge");
            return giveUp(source, "defect: " + e);
        }
        EventHeaders.begin(source);
        forward(source.key(), record, source, EventHeaders.trace(source.headers()));
        return true;
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
