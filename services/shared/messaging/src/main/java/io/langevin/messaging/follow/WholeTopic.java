package io.langevin.messaging.follow;

import io.langevin.messaging.KafkaConfig;
import io.langevin.messaging.Schemas;
import io.langevin.messaging.Topic;
import io.langevin.process.OutOfReachException;
import java.time.Duration;
import org.apache.avro.specific.SpecificRecord;

/** Reads a topic from its beginning to its end of now. */
public final class WholeTopic {
    private static final Duration LONG = Duration.ofMinutes(10);

    private WholeTopic() {}

    /**
     * Hands every record that is committed now to a handler, and returns.
     *
     * @throws OutOfReachException where it takes longer than ten minutes
     */
    public static <T extends SpecificRecord> void read(
            KafkaConfig kafka, Schemas schemas, Topic<T> topic, Follower.Handler<T> handler)
            throws InterruptedException {
        read(kafka, schemas, topic, handler, LONG);
    }

    /**
     * Reads the topic with another patience.
     *
     * @throws OutOfReachException where it takes longer than {@code most}
     */
    public static <T extends SpecificRecord> void read(
            KafkaConfig kafka,
            Schemas schemas,
            Topic<T> topic,
            Follower.Handler<T> handler,
            Duration most)
            throws InterruptedException {
        read(kafka, schemas, topic, new From.Beginning(), handler, most);
    }

    /**
     * Reads the newest records of each partition alone.
     *
     * @throws OutOfReachException where it takes longer than ten minutes
     */
    public static <T extends SpecificRecord> void readNewest(
            KafkaConfig kafka,
            Schemas schemas,
            Topic<T> topic,
            int records,
            Follower.Handler<T> handler)
            throws InterruptedException {
        read(kafka, schemas, topic, new From.Newest(records), handler, LONG);
    }

    private static <T extends SpecificRecord> void read(
            KafkaConfig kafka,
            Schemas schemas,
            Topic<T> topic,
            From from,
            Follower.Handler<T> handler,
            Duration most)
            throws InterruptedException {
        try (var reading = TopicFollower.start(kafka, schemas, topic, from, handler)) {
            reading.awaitCaughtUp(most);
        }
    }

    /**
     * Reads up to the last record that is written now, be its transaction open or not.
     *
     * @throws OutOfReachException where it takes longer than ten minutes
     */
    public static <T extends SpecificRecord> void readWritten(
            KafkaConfig kafka, Schemas schemas, Topic<T> topic, Follower.Handler<T> handler)
            throws InterruptedException {
        readWritten(kafka, schemas, topic, handler, LONG);
    }

    /**
     * The same with another patience.
     *
     * @throws OutOfReachException where it takes longer than {@code most}
     */
    public static <T extends SpecificRecord> void readWritten(
            KafkaConfig kafka,
            Schemas schemas,
            Topic<T> topic,
            Follower.Handler<T> handler,
            Duration most)
            throws InterruptedException {
        try (var reading =
                TopicFollower.start(kafka, schemas, topic, new From.Beginning(), handler)) {
            reading.awaitWritten(most);
        }
    }
}
