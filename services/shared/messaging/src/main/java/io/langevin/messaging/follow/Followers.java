package io.langevin.messaging.follow;

import io.langevin.messaging.KafkaConfig;
import io.langevin.messaging.Schemas;
import io.langevin.messaging.Topic;
import org.apache.avro.specific.SpecificRecord;

/** Where views of topics get their records from. */
public interface Followers {
    /** Begins to follow a topic. */
    <T extends SpecificRecord> Follower follow(
            Topic<T> topic, From from, Follower.Handler<T> handler) throws InterruptedException;

    /** Topics of a broker. */
    static Followers of(KafkaConfig kafka, Schemas schemas) {
        return new Followers() {
            @Override
            public <T extends SpecificRecord> Follower follow(
                    Topic<T> topic, From from, Follower.Handler<T> handler)
                    throws InterruptedException {
                return TopicFollower.start(kafka, schemas, topic, from, handler);
            }
        };
    }
}
