package io.langevin.messaging;

import io.langevin.records.Cancellation;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.kafka.common.header.Headers;

/**
 * What a job may ask of its worker while it runs.
 *
 * @param headers of the job's record
 */
public record JobContext(Headers headers, Supplier<Optional<Cancellation>> cancellation) {

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
}
