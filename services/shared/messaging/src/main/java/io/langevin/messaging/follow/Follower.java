package io.langevin.messaging.follow;

import io.langevin.process.OutOfReachException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;

/** Hands every record of a topic to a handler, in the order of each key, until it is closed. */
public interface Follower extends AutoCloseable {
    /** Takes a record; the value is null where the key was deleted. */
    @FunctionalInterface
    interface Handler<T> {
        void handle(T record, ConsumerRecord<String, byte[]> source);
    }

    /**
     * Returns when what was there at the start has been handled.
     *
     * @throws RuntimeException what ended the follower before that
     */
    void awaitCaughtUp() throws InterruptedException;

    /**
     * The same, for as long as somebody has patience.
     *
     * @throws OutOfReachException where it takes longer
     */
    void awaitCaughtUp(Duration most) throws InterruptedException;

    /**
     * Returns when what is committed now has been handled.
     *
     * @throws KafkaException where that takes longer than {@code most} once this has caught up
     */
    void catchUp(Duration most) throws InterruptedException;

    /**
     * Completes when what is committed now has been handled, but for records that wait for a
     * registry that is away: with true, or with false where that takes longer than {@code most}.
     * Fails when the follower does.
     */
    CompletableFuture<Boolean> passed(Duration most);

    /** Fails when the follower does; completes when it is closed. */
    CompletableFuture<Void> ended();

    @Override
    void close();
}
