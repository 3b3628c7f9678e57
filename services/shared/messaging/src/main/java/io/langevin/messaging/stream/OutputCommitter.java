package io.langevin.messaging.stream;

import io.langevin.messaging.Failures;
import io.langevin.messaging.KafkaConfig;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;

/**
 * The thread that owns the transactional producer. What is handed to it while a transaction commits
 * (12 to 22 ms) shares the next one. The first failure ends it; nothing after that is committed.
 */
final class OutputCommitter implements AutoCloseable {
    /** Readers wait at most so long for a process that died in a transaction. */
    private static final int TRANSACTION_TIMEOUT_MILLIS = 20_000;

    /** What a transaction has for a partition goes in one batch where it can. */
    private static final int BATCH_BYTES = 256 * 1024;

    private static final Duration FLUSH_WITHIN = Duration.ofSeconds(10);

    private final Producer<String, byte[]> producer;
    private final Timer transactions;
    private final Thread thread;
    private List<Work> waiting = new ArrayList<>();
    private boolean committing;
    private boolean suspended;
    private boolean closed;
    private Optional<RuntimeException> failure = Optional.empty();
    private ConsumerGroupMetadata group;

    /**
     * @param offset that is done; empty where the record is still being worked on
     * @param cuts of the partition when the record was claimed
     */
    private record Work(
            ClaimedPartition partition,
            OptionalLong offset,
            int cuts,
            List<ProducerRecord<String, byte[]>> outputs) {}

    private OutputCommitter(Producer<String, byte[]> producer, String name, MeterRegistry metrics) {
        this.producer = producer;
        this.transactions = metrics.timer("langevin.transactions");
        this.thread = new Thread(this::run, name + "-committer");
    }

    static OutputCommitter start(KafkaConfig kafka, String transactionalId, MeterRegistry metrics) {
        Producer<String, byte[]> producer =
                kafka.producer(
                        Map.of(
                                ProducerConfig.TRANSACTIONAL_ID_CONFIG,
                                transactionalId,
                                ProducerConfig.TRANSACTION_TIMEOUT_CONFIG,
                                TRANSACTION_TIMEOUT_MILLIS,
                                // a second request overtakes the first while the broker adds its
                                // partitions to the transaction, is refused and sent again
                                ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION,
                                1,
                                ProducerConfig.BATCH_SIZE_CONFIG,
                                BATCH_BYTES));
        try {
            producer.initTransactions();
        } catch (RuntimeException e) {
            producer.close(Duration.ZERO);
            throw e;
        }
        OutputCommitter committer = new OutputCommitter(producer, transactionalId, metrics);
        committer.thread.start();
        return committer;
    }

    synchronized void groupIs(ConsumerGroupMetadata metadata) {
        group = metadata;
    }

    synchronized void commit(
            ClaimedPartition partition,
            long offset,
            int cuts,
            List<ProducerRecord<String, byte[]>> outputs) {
        waiting.add(new Work(partition, OptionalLong.of(offset), cuts, List.copyOf(outputs)));
        notifyAll();
    }

    /** Outputs of a record that is not done. */
    synchronized void publish(
            ClaimedPartition partition, List<ProducerRecord<String, byte[]>> outputs) {
        waiting.add(new Work(partition, OptionalLong.empty(), 0, List.copyOf(outputs)));
        notifyAll();
    }

    synchronized void throwIfFailed() {
        if (failure.isPresent()) {
            throw new KafkaException(
                    "transaction failed: " + Failures.reason(Failures.rootCause(failure.get())),
                    failure.get());
        }
    }

    /** Between two assignments nobody knows whose a partition is: what is done waits. */
    synchronized void suspend() {
        suspended = true;
    }

    synchronized void resume() {
        suspended = false;
        notifyAll();
    }

    /** Whether what is done can be committed now. */
    synchronized boolean isSuspended() {
        return suspended;
    }

    /** Waits until nothing is waiting; gives up where nothing can be committed now. */
    synchronized void flush() {
        long deadline = System.nanoTime() + FLUSH_WITHIN.toNanos();
        try {
            while (failure.isEmpty()
                    && !closed
                    && (committing || !suspended && !waiting.isEmpty())) {
                long left = deadline - System.nanoTime();
                if (left <= 0) {
                    return; // the broker is away: the group's fencing decides
                }
                TimeUnit.NANOSECONDS.timedWait(this, left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        try {
            for (List<Work> batch = next(); !batch.isEmpty(); batch = next()) {
                long begin = System.nanoTime();
                commit(batch);
                transactions.record(System.nanoTime() - begin, TimeUnit.NANOSECONDS);
                finished();
            }
        } catch (RuntimeException e) {
            failed(e);
        } catch (InterruptedException | Error e) {
            failed(new KafkaException("the thread of the producer ended", e));
        } finally {
            producer.close(Duration.ZERO);
        }
    }

    private synchronized List<Work> next() throws InterruptedException {
        while ((waiting.isEmpty() || suspended) && !closed) {
            wait();
        }
        List<Work> batch = waiting;
        waiting = new ArrayList<>();
        committing = true;
        return closed ? List.of() : batch;
    }

    private void commit(List<Work> batch) {
        // as of now: after a rejoin in between, the broker refuses this transaction
        ConsumerGroupMetadata asOf = group();
        Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
        producer.beginTransaction();
        for (Work work : batch) {
            if (work.partition.isLost()) {
                continue;
            }
            work.outputs.forEach(producer::send);
            // Send the offset even if no record is finished: the coordinator then rejects this
            // transaction if the partition is no longer ours.
            offsets.put(
                    work.partition.partition(),
                    work.offset.isPresent()
                            ? work.partition.complete(work.offset.getAsLong(), work.cuts)
                            : work.partition.committable());
        }
        producer.sendOffsetsToTransaction(offsets, asOf);
        commitTransaction();
    }

    /** A commit that timed out may be asked for again, and only that. */
    private void commitTransaction() {
        while (true) {
            try {
                producer.commitTransaction();
                return;
            } catch (TimeoutException e) {
                synchronized (this) {
                    if (closed) {
                        throw e;
                    }
                }
            }
        }
    }

    private synchronized ConsumerGroupMetadata group() {
        return group;
    }

    private synchronized void finished() {
        committing = false;
        notifyAll();
    }

    private synchronized void failed(RuntimeException e) {
        failure = Optional.of(e);
        notifyAll();
    }

    /** Ends without committing what waits. */
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            notifyAll();
        }
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
