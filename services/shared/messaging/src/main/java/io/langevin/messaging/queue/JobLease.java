package io.langevin.messaging.queue;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;

/**
 * The right to a job, renewed every third of its lock's time. The worker's thread owns it; the
 * job's thread may ask it to be renewed at once.
 */
final class JobLease implements AutoCloseable {
    private final Renewal renewal;
    private final Duration third;
    private final AtomicReference<CompletableFuture<Void>> asked = new AtomicReference<>();
    private ConsumerRecord<String, byte[]> held;
    private long renewed = System.nanoTime();
    private volatile boolean closed;

    /** Holds a record for another lock time. */
    interface Renewal {
        /** The record to acknowledge next; KafkaException where somebody else may have it. */
        ConsumerRecord<String, byte[]> renew(
                ConsumerRecord<String, byte[]> held, Duration patience);
    }

    JobLease(Renewal renewal, ConsumerRecord<String, byte[]> job, Duration lock) {
        this.renewal = renewal;
        this.held = job;
        this.third = lock.dividedBy(3);
    }

    /** The record to acknowledge. */
    ConsumerRecord<String, byte[]> held() {
        return held;
    }

    /** Renews the lock where it is time, or where the job has asked for it. */
    void keep() {
        CompletableFuture<Void> waiting = asked.getAndSet(null);
        if (waiting == null && System.nanoTime() - renewed <= third.toNanos()) {
            return;
        }
        try {
            held = renewal.renew(held, third);
            renewed = System.nanoTime();
            if (waiting != null) {
                waiting.complete(null);
            }
        } catch (KafkaException e) {
            if (waiting != null) {
                waiting.completeExceptionally(e);
            }
            throw e;
        }
    }

    /** Returns when the lock has been renewed; called by the job's thread. */
    void requireHeld() throws InterruptedException {
        var answer = new CompletableFuture<Void>();
        asked.set(answer);
        if (closed) {
            throw new InterruptedException("the job was let go");
        }
        try {
            answer.get();
        } catch (ExecutionException e) {
            throw new InterruptedException("somebody else may have the job: " + e.getCause());
        }
    }

    /** Nobody renews it any more. */
    @Override
    public void close() {
        closed = true;
        CompletableFuture<Void> waiting = asked.getAndSet(null);
        if (waiting != null) {
            waiting.completeExceptionally(new KafkaException("the job was let go"));
        }
    }
}
