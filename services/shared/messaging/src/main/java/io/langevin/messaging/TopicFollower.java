package io.langevin.messaging;

import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.WakeupException;

/**
 * Reads every record of a topic, as every other follower does, on a thread of its own: state that
 * each process keeps for itself. Handlers run on that thread, in the order of each partition.
 */
public final class TopicFollower<T extends SpecificRecord> implements AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(500);
    private static final Duration RETRY = Duration.ofMillis(500);

    private final String name;
    private final Consumer<String, byte[]> consumer;
    private final AvroSerde<T> serde;
    private final Handler<T> handler;
    private final Unreadable unreadable;
    private final CompletableFuture<Void> caughtUp = new CompletableFuture<>();
    private final Queue<Mark> marks = new ConcurrentLinkedQueue<>();
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private final Thread thread;
    private volatile boolean closed;

    /** Somebody waits until all that is there now has been handled. */
    private static final class Mark {
        private final CompletableFuture<Boolean> passed = new CompletableFuture<>();
        private Optional<Map<TopicPartition, Long>> ends = Optional.empty();
    }

    /** Takes a record; the value is null where the key was deleted. */
    public interface Handler<T> {
        void handle(T record, ConsumerRecord<String, byte[]> source);
    }

    /** Takes what cannot be decoded. */
    public interface Unreadable {
        void handle(ConsumerRecord<String, byte[]> source, String reason);

        /** For those who only look on: whoever works on the topic writes the dead letter. */
        static Unreadable leftToOthers() {
            return (source, reason) -> {};
        }
    }

    /** Where to begin. */
    public sealed interface From {
        record Beginning() implements From {}

        record Now() implements From {}

        record Time(Instant instant) implements From {}
    }

    private TopicFollower(
            KafkaConfig kafka,
            Topic<T> topic,
            AvroSerde<T> serde,
            From from,
            Handler<T> handler,
            Unreadable unreadable) {
        this.name = kafka.name(topic);
        this.serde = serde;
        this.handler = handler;
        this.unreadable = unreadable;
        this.consumer = kafka.consumer(Map.of());
        this.thread = new Thread(() -> run(from), "follow-" + topic.suffix());
        this.thread.setDaemon(true);
        this.thread.start();
    }

    public static <T extends SpecificRecord> TopicFollower<T> start(
            KafkaConfig kafka,
            Schemas schemas,
            Topic<T> topic,
            From from,
            Handler<T> handler,
            Unreadable unreadable)
            throws InterruptedException {
        return new TopicFollower<>(kafka, topic, schemas.serde(topic), from, handler, unreadable);
    }

    /**
     * Returns when what was there at the start has been handled.
     *
     * @throws RuntimeException what ended the follower before that
     */
    public void awaitCaughtUp() throws InterruptedException {
        await(caughtUp);
    }

    /**
     * Returns when what is committed now has been handled.
     *
     * @throws KafkaException where that takes longer than {@code most}
     * @throws RuntimeException what ended the follower before that
     */
    public void catchUp(Duration most) throws InterruptedException {
        awaitCaughtUp();
        var mark = new Mark();
        marks.add(mark);
        if (ended.isDone()) {
            throw new IllegalStateException("the follower has ended");
        }
        consumer.wakeup();
        mark.passed.completeOnTimeout(false, most.toMillis(), TimeUnit.MILLISECONDS);
        if (!await(mark.passed)) {
            marks.remove(mark);
            throw new KafkaException("%s: not read to its end within %s".formatted(name, most));
        }
    }

    private static <V> V await(CompletableFuture<V> future) throws InterruptedException {
        try {
            return future.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw new IllegalStateException(e.getCause());
        }
    }

    /** Fails when the follower does; completes when it is closed. */
    public CompletableFuture<Void> ended() {
        return ended;
    }

    private void run(From from) {
        try (consumer) {
            List<TopicPartition> partitions =
                    consumer.partitionsFor(name).stream()
                            .map(p -> new TopicPartition(p.topic(), p.partition()))
                            .toList();
            consumer.assign(partitions);
            seek(partitions, from);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            while (!closed) {
                if (!caughtUp.isDone() && isPast(ends)) {
                    caughtUp.complete(null);
                }
                passMarks();
                for (ConsumerRecord<String, byte[]> record : poll()) {
                    handle(record);
                }
            }
            ended.complete(null);
        } catch (WakeupException e) {
            ended.complete(null); // closed
        } catch (RuntimeException e) {
            caughtUp.completeExceptionally(e);
            ended.completeExceptionally(e);
        } catch (InterruptedException e) {
            ended.complete(null);
        } finally {
            var gone = new IllegalStateException(name + ": closed");
            caughtUp.completeExceptionally(gone);
            ended.completeExceptionally(gone);
            marks.forEach(mark -> mark.passed.completeExceptionally(gone));
        }
    }

    private ConsumerRecords<String, byte[]> poll() {
        try {
            return consumer.poll(POLL);
        } catch (WakeupException e) {
            return ConsumerRecords.empty(); // closed, or there is a mark to look at
        }
    }

    private void passMarks() {
        try {
            for (Mark mark : marks) {
                if (mark.ends.isEmpty()) {
                    mark.ends = Optional.of(consumer.endOffsets(consumer.assignment()));
                }
                if (isPast(mark.ends.get())) {
                    marks.remove(mark);
                    mark.passed.complete(true);
                }
            }
        } catch (WakeupException | TimeoutException e) {
            // closed, one more mark, or the broker is away: in the next turn
        }
    }

    private void seek(List<TopicPartition> partitions, From from) {
        if (from instanceof From.Beginning) {
            consumer.seekToBeginning(partitions);
            return;
        }
        consumer.seekToEnd(partitions);
        if (from instanceof From.Time time) {
            Map<TopicPartition, Long> wanted = new HashMap<>();
            partitions.forEach(p -> wanted.put(p, time.instant().toEpochMilli()));
            for (var found : consumer.offsetsForTimes(wanted).entrySet()) {
                OffsetAndTimestamp offset = found.getValue();
                if (offset != null) {
                    consumer.seek(found.getKey(), offset.offset());
                }
            }
        }
    }

    private boolean isPast(Map<TopicPartition, Long> ends) {
        return ends.entrySet().stream()
                .allMatch(e -> consumer.position(e.getKey()) >= e.getValue());
    }

    private void handle(ConsumerRecord<String, byte[]> source) throws InterruptedException {
        while (!closed) {
            try {
                handler.handle(
                        source.value() == null ? null : serde.decode(source.value()), source);
                return;
            } catch (UnreadableRecordException e) {
                unreadable.handle(source, e.getMessage());
                return;
            } catch (UncheckedIOException e) {
                Thread.sleep(RETRY.toMillis()); // the registry is away: this record waits for it
            }
        }
    }

    @Override
    public void close() {
        closed = true;
        consumer.wakeup();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
