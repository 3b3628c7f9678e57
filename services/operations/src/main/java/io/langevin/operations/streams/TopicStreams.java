package io.langevin.operations.streams;

import io.langevin.messaging.AvroSerde;
import io.langevin.messaging.DeadLetters;
import io.langevin.messaging.EventHeaders;
import io.langevin.messaging.KafkaConfig;
import io.langevin.messaging.RecordKeys;
import io.langevin.messaging.Schemas;
import io.langevin.messaging.Topic;
import io.langevin.operations.OperationsConfig;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.Named;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.state.Stores;

/**
 * The platform's topics as streams; every operator has a name, so that state survives a change. A
 * topic is read once, through an {@link Entrance}; what is written has headers of its own.
 */
public final class TopicStreams {
    private final StreamsBuilder builder;
    private final KafkaConfig kafka;
    private final Schemas schemas;
    private final DeadLetters deadLetters;
    private final EventHeaders headers;
    private final Map<Topic<?>, KStream<String, Object>> entered = new HashMap<>();
    private final Map<Topic<?>, KStream<String, ?>> readable = new HashMap<>();

    public TopicStreams(
            StreamsBuilder builder,
            KafkaConfig kafka,
            Schemas schemas,
            DeadLetters deadLetters,
            Clock clock) {
        this.builder = builder;
        this.kafka = kafka;
        this.schemas = schemas;
        this.deadLetters = deadLetters;
        this.headers = new EventHeaders("/langevin/" + OperationsConfig.NAME, clock);
        builder.addStateStore(
                Stores.keyValueStoreBuilder(
                        Stores.persistentKeyValueStore(Entrance.STORE),
                        Serdes.String(),
                        Serdes.ByteArray()));
    }

    public KafkaConfig kafka() {
        return kafka;
    }

    /** Records of a topic whose dead letters are written here. */
    public <T extends SpecificRecord> KStream<String, T> read(Topic<T> topic, RecordRule<T> rule)
            throws InterruptedException {
        return records(entrance(topic, rule, true), topic);
    }

    /** Records of a topic whose dead letters are written by the service that works on it. */
    public <T extends SpecificRecord> KStream<String, T> overhear(
            Topic<T> topic, RecordRule<T> rule) throws InterruptedException {
        return records(entrance(topic, rule, false), topic);
    }

    /** Why records of a topic became dead letters, by their keys. */
    public <T extends SpecificRecord> KStream<String, Entrance.Dead> refused(Topic<T> topic) {
        return entered.get(topic)
                .filter((key, value) -> value instanceof Entrance.Dead, named(topic, "refused"))
                .mapValues(Entrance.Dead.class::cast, named(topic, "refusal"));
    }

    /** Keys of a compacted topic that were ended. */
    public <T extends SpecificRecord> KStream<String, Entrance.Deleted> deleted(Topic<T> topic) {
        return entered.get(topic)
                .filter((key, value) -> value instanceof Entrance.Deleted, named(topic, "deleted"))
                .mapValues(Entrance.Deleted.class::cast, named(topic, "deletion"));
    }

    @SuppressWarnings("unchecked") // a topic's stream is put in under that topic alone
    private <T extends SpecificRecord> KStream<String, T> records(
            KStream<String, Object> all, Topic<T> topic) {
        return (KStream<String, T>)
                readable.computeIfAbsent(
                        topic,
                        t ->
                                all.filter(
                                                (key, value) -> topic.type().isInstance(value),
                                                named(topic, "readable"))
                                        .mapValues(topic.type()::cast, named(topic, "record")));
    }

    private <T extends SpecificRecord> KStream<String, Object> entrance(
            Topic<T> topic, RecordRule<T> rule, boolean owner) throws InterruptedException {
        KStream<String, Object> known = entered.get(topic);
        if (known != null) {
            return known;
        }
        AvroSerde<T> serde = serde(topic);
        KStream<String, Object> all =
                builder.stream(
                                kafka.name(topic),
                                Consumed.with(new RecordKeys(), Serdes.ByteArray())
                                        .withName(topic.suffix()))
                        .process(
                                () ->
                                        new Entrance<>(
                                                kafka.name(topic),
                                                topic.kept().isEmpty(),
                                                serde,
                                                rule,
                                                deadLetters),
                                named(topic, "entrance"),
                                Entrance.STORE);
        if (owner) {
            all.filter((key, value) -> value instanceof Entrance.Dead, named(topic, "dead"))
                    .mapValues(value -> ((Entrance.Dead) value).value(), named(topic, "dead-value"))
                    .to(
                            kafka.name(topic) + DeadLetters.SUFFIX,
                            Produced.with(new RecordKeys(), Serdes.ByteArray())
                                    .withName("write-" + topic.suffix() + "-dead"));
        }
        entered.put(topic, all);
        return all;
    }

    public <T extends SpecificRecord> void write(
            KStream<String, T> stream, Topic<T> topic, String name) throws InterruptedException {
        stream.processValues(() -> new OwnHeaders<T>(headers), Named.as(name + "-headers"))
                .to(
                        kafka.name(topic),
                        Produced.<String, T>with(new RecordKeys(), serde(topic)).withName(name));
    }

    public <T extends SpecificRecord> AvroSerde<T> serde(Topic<T> topic)
            throws InterruptedException {
        return schemas.serde(topic);
    }

    private static Named named(Topic<?> topic, String step) {
        return Named.as(topic.suffix() + "-" + step);
    }
}
