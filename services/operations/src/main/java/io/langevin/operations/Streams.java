package io.langevin.operations;

import io.langevin.messaging.AvroSerde;
import io.langevin.messaging.KafkaConfig;
import io.langevin.messaging.Schemas;
import io.langevin.messaging.Topic;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.Produced;

/** The platform's topics as streams; every operator has a name, so that state survives a change. */
record Streams(KafkaConfig kafka, Schemas schemas) {

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

    <T extends SpecificRecord> AvroSerde<T> serde(Topic<T> topic) throws InterruptedException {
        return schemas.serde(topic);
    }
}
