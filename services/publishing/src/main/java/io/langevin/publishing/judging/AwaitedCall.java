package io.langevin.publishing.judging;

import io.langevin.client.NotCompletedException;
import io.langevin.client.Sampling;
import io.langevin.client.SamplingCall;
import io.langevin.messaging.queue.JobContext;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;

/** Waits for the answer to a request that a job has made. */
final class AwaitedCall {
    private static final Duration TICK = Duration.ofMillis(200);

    private AwaitedCall() {}

    /**
     * @param arrived {@link System#nanoTime} of its last image
     * @param patience how long to wait for the next one
     * @throws NotCompletedException where the request did not complete
     * @throws NotJudgedException where no image has come for so long
     * @throws io.langevin.messaging.queue.JobCancelledException where the job is cancelled
     */
    static Sampling.Answer answer(
            SamplingCall call, AtomicLong arrived, Duration patience, JobContext context)
            throws InterruptedException {
        while (true) {
            context.throwIfCancelled();
            try {
                return call.answer().get(TICK.toMillis(), TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                if (System.nanoTime() - arrived.get() > patience.toNanos()) {
                    throw NotJudgedException.now(
                            "no sampler has made an image for %d s; see whether the sampling service runs"
                                    .formatted(patience.toSeconds()));
                }
            } catch (ExecutionException e) {
                if (e.getCause() instanceof NotCompletedException said) {
                    throw said;
                }
                throw new UncheckedIOException(
                        "images of a request", new IOException(e.getCause()));
            }
        }
    }
}
