package io.langevin.cli;

import io.langevin.messaging.Broker;
import io.langevin.messaging.KafkaConfig;
import io.langevin.messaging.Opened;
import io.langevin.messaging.RecordWriter;
import io.langevin.messaging.Schemas;
import io.langevin.messaging.Topic;
import io.langevin.messaging.TopicFollower;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.specific.SpecificRecord;

/** A platform as its clients see it: topics to write to and to follow. Closes what it opened. */
public final class Platform implements AutoCloseable {
    private static final String WRITER = "cli";

    private final KafkaConfig kafka;
    private final Schemas schemas;
    private final Opened opened = new Opened();

    private Platform(KafkaConfig kafka, Schemas schemas) {
        this.kafka = kafka;
        this.schemas = schemas;
    }

    /** Waits for the broker; fails where it lacks the platform's topics. */
    public static Platform at(KafkaConfig kafka) throws InterruptedException {
        Broker.await(kafka);
        return new Platform(kafka, new Schemas(kafka));
    }

    /** Returns when the record is safe. */
    public <T extends SpecificRecord> void write(Topic<T> topic, String key, T record)
            throws InterruptedException {
        try (var writer = RecordWriter.open(kafka, schemas, topic, WRITER)) {
            writer.write(key, record);
        }
    }

    /** Follows a topic until this is closed; returns when what was there has been handled. */
    public <T extends SpecificRecord> void follow(
            Topic<T> topic, TopicFollower.From from, TopicFollower.Handler<T> handler)
            throws InterruptedException {
        var follower = TopicFollower.start(kafka, schemas, topic, from, handler);
        opened.push(follower);
        follower.awaitCaughtUp();
    }

    /** Every record that is there now, in order. */
    public <T extends SpecificRecord> List<T> readAll(Topic<T> topic) throws InterruptedException {
        List<T> records = new ArrayList<>();
        try (var follower =
                TopicFollower.start(
                        kafka,
                        schemas,
                        topic,
                        new TopicFollower.From.Beginning(),
                        (record, source) -> {
                            if (record != null) {
                                records.add(record);
                            }
                        })) {
            follower.awaitCaughtUp();
        }
        return List.copyOf(records);
    }

    @Override
    public void close() {
        opened.close();
    }
}
