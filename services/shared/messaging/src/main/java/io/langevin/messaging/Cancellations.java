package io.langevin.messaging;

import static io.langevin.messaging.Topics.CANCELLATIONS;

import io.langevin.records.Cancellation;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/** What somebody asked to stop, as far back as the topic goes. Safe to use from several threads. */
public final class Cancellations implements AutoCloseable {
    private final Map<String, Cancellation> byId = new ConcurrentHashMap<>();
    private final TopicFollower<Cancellation> follower;

    private Cancellations(KafkaConfig kafka, Schemas schemas, TopicFollower.Unreadable unreadable)
            throws InterruptedException {
        follower =
                TopicFollower.start(
                        kafka,
                        schemas,
                        CANCELLATIONS,
                        new TopicFollower.From.Beginning(),
                        (record, source) -> {
                            if (record != null) {
                                byId.put(record.getId(), record);
                            }
                        },
                        unreadable);
    }

    /** Returns when everything asked so far is known. */
    public static Cancellations following(
            KafkaConfig kafka, Schemas schemas, TopicFollower.Unreadable unreadable)
            throws InterruptedException {
        Cancellations cancellations = new Cancellations(kafka, schemas, unreadable);
        cancellations.follower.awaitCaughtUp();
        return cancellations;
    }

    public Optional<Cancellation> of(String id) {
        return Optional.ofNullable(byId.get(id));
    }

    /** Fails when the topic cannot be followed any longer. */
    public CompletableFuture<Void> ended() {
        return follower.ended();
    }

    @Override
    public void close() {
        follower.close();
    }
}
