package io.langevin.messaging.queue;

import io.langevin.records.Cancellation;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.kafka.common.header.Headers;

/**
 * What a job may ask of its worker while it runs.
 *
 * @param headers of the job's record
 * @param askedAt when the job was asked for
 * @param cancellation of its run
 * @param hold the worker's right to the job
 */
public record JobContext(
        Headers headers,
        Instant askedAt,
        Supplier<Optional<Cancellation>> cancellation,
        Hold hold) {

    /** A job belongs to the one worker that holds its lock. */
    public interface Hold {
        /**
         * Returns when the lock has been renewed just now. Call it before an effect that nobody
         * else may have had meanwhile.
         *
         * @throws InterruptedException where somebody else may have the job: leave everything
         */
        void requireHeld() throws InterruptedException;

        /**
         * What the job has come to is safe, and whoever takes it over goes on from there: earlier
         * attempts no longer count.
         */
        void gotFurther() throws InterruptedException;
    }

    /**
     * Call it often.
     *
     * @throws JobCancelledException once somebody has asked for the job to stop
     * @throws InterruptedException once the worker shuts down: the job goes on elsewhere
     */
    public void throwIfCancelled() throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException("the worker shuts down");
        }
        Optional<Cancellation> asked = cancellation.get();
        if (asked.isPresent()) {
            String reason = asked.get().getReason();
            throw new JobCancelledException(
                    reason.isEmpty() ? "cancelled" : "cancelled: " + reason);
        }
    }

    /** {@link Hold#requireHeld}. */
    public void requireHeld() throws InterruptedException {
        hold.requireHeld();
    }

    /** {@link Hold#gotFurther}. */
    public void gotFurther() throws InterruptedException {
        hold.gotFurther();
    }
}
