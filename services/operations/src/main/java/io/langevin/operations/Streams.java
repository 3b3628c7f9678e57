package io.langevin.operations;

import io.langevin.messaging.AvroSerde;
import io.langevin.messaging.KafkaConfig;
import io.langevin.messaging.Schemas;
import io.langevin.messaging.Topic;
import io.langevin.messaging.UnreadableRecordException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.Produced;

/** The platform's topics as streams; every operator has a name, so that state survives a change. */
record Streams(KafkaConfig kafka, Schemas schemas) {
    private static final Duration RETRY = Duration.ofMillis(500);

    <T extends SpecificRecord> KStream<String, T> read(StreamsBuilder builder, Topic<T> topic)
            throws InterruptedException {
        return builder.stream(
                kafka.name(topic),
                Consumed.with(Serdes.String(), serde(topic)).withName(topic.suffix()));
    }

    <T extends SpecificRecord> void write(KStream<String, T> stream, Topic<T> topic, String name)
            throws InterruptedException {
        stream.to(
                kafka.name(topic),
                Produced.<String, T>with(Serdes.String(), serde(topic)).withName(name));
    }

    /**
     * For a table that nobody's dead letters stand behind: what cannot be read is as if it was not
     * there, and a registry that is away is waited for.
     */
    <T extends SpecificRecord> Serde<T> lenient(Topic<T> topic) throws InterruptedException {
        AvroSerde<T> serde = serde(topic);
        return Serdes.serdeFrom(
                serde.serializer(), (name, bytes) -> bytes == null ? null : read(serde, bytes));
    }

    private static <T extends SpecificRecord> T read(AvroSerde<T> serde, byte[] bytes) {
        while (true) {
            try {
                return serde.decode(bytes);
            } catch (UnreadableRecordException e) {
                return null;
            } catch (UncheckedIOException e) {
                LockSupport.parkNanos(RETRY.toNanos());
                if (Thread.currentThread().isInterrupted()) {
                    throw e;
                }
            }
        }
    }

    <T extends SpecificRecord> AvroSerde<T> serde(Topic<T> topic) throws InterruptedException {
        return schemas.serde(topic);
    }
}
