package io.langevin.messaging.follow;

import io.langevin.messaging.AvroSerde;
import io.langevin.messaging.HeldRecords;
import io.langevin.messaging.KafkaConfig;
import io.langevin.messaging.Schemas;
import io.langevin.messaging.Topic;
import io.langevin.messaging.UnreadableRecordException;
import io.langevin.process.Futures;
import io.langevin.process.OutOfReachException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads every record of a topic, as every other follower does, on a thread of its own: state that
 * each process keeps for itself. Handlers run on that thread, in the order of each key.
 *
 * <p>A record that cannot be read is passed over: its dead letter is written by the one reader that
 * works on the topic. One that a handler cannot take is passed over too, and logged. A record whose
 * schema is in a registry that is away waits for it; the others go on.
 */
public final class TopicFollower<T extends SpecificRecord> implements Follower {
    private static final Logger LOG = LoggerFactory.getLogger(TopicFollower.class);
    private static final Duration POLL = Duration.ofMillis(500);
    private static final Duration SOON = Duration.ofMillis(20);

    private final String name;
    private final Consumer<String, byte[]> consumer;
    private final AvroSerde<T> serde;
    private final Handler<T> handler;
    private final HeldRecords held = new HeldRecords();
    private final CompletableFuture<Void> caughtUp = new CompletableFuture<>();
    private final Marks marks = new Marks();
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private final Thread thread;
    private final PartitionEnds ends;
    private volatile List<TopicPartition> partitions = List.of();
    private volatile boolean closed;

    private TopicFollower(
            KafkaConfig kafka, Topic<T> topic, AvroSerde<T> serde, From from, Handler<T> handler) {
        this.ends = new PartitionEnds(kafka);
        this.name = kafka.name(topic);
        this.serde = serde;
        this.handler = handler;
        this.consumer = kafka.consumer(Map.of());
        this.thread = new Thread(() -> run(from), "follow-" + topic.suffix());
        thread.setDaemon(true);
        thread.start();
    }

    public static <T extends SpecificRecord> TopicFollower<T> start(
            KafkaConfig kafka, Schemas schemas, Topic<T> topic, From from, Handler<T> handler)
            throws InterruptedException {
        return new TopicFollower<>(kafka, topic, schemas.serde(topic), from, handler);
    }

    @Override
    public void awaitCaughtUp() throws InterruptedException {
        Futures.get(caughtUp);
    }

    @Override
    public void awaitCaughtUp(Duration most) throws InterruptedException {
        CompletableFuture<Boolean> timed =
                caughtUp.thenApply(done -> true)
                        .completeOnTimeout(false, most.toMillis(), TimeUnit.MILLISECONDS);
        if (!Futures.get(timed)) {
            throw outOfReach(most);
        }
    }

    /** Whether all that was there when it began has been handled. */
    public boolean isCaughtUp() {
        return caughtUp.isDone() && !caughtUp.isCompletedExceptionally();
    }

    /**
     * Returns when all that is written now has been handled: open transactions are waited for.
     *
     * @throws OutOfReachException where it takes longer
     */
    void awaitWritten(Duration most) throws InterruptedException {
        awaitCaughtUp(most);
        if (!Futures.get(passed(ends.written(partitions), most))) {
            throw outOfReach(most);
        }
    }

    private OutOfReachException outOfReach(Duration most) {
        return new OutOfReachException(
                "%s could not be read within %d s: see whether the broker is running"
                        .formatted(name, most.toSeconds()));
    }

    @Override
    public void catchUp(Duration most) throws InterruptedException {
        awaitCaughtUp();
        if (!Futures.get(passed(most))) {
            throw new KafkaException("%s: not read to its end within %s".formatted(name, most));
        }
    }

    @Override
    public CompletableFuture<Boolean> passed(Duration most) {
        return passed(ends.committed(partitions), most);
    }

    private CompletableFuture<Boolean> passed(
            CompletableFuture<Map<TopicPartition, Long>> wanted, Duration most) {
        CompletableFuture<Boolean> passed = marks.add(wanted, most);
        if (ended.isDone()) {
            marks.fail(new IllegalStateException("the follower has ended"));
        } else {
            consumer.wakeup();
        }
        return passed;
    }

    @Override
    public CompletableFuture<Void> ended() {
        return ended;
    }

    private void run(From from) {
        try (consumer) {
            Map<TopicPartition, Long> first = begin(from);
            while (!closed) {
                if (!caughtUp.isDone() && held.isEmpty() && isPast(first)) {
                    caughtUp.complete(null);
                }
                marks.pass(ends -> !held.anyFreshBefore(ends) && isPast(ends));
                take(poll());
                held.tryAgain(Integer.MAX_VALUE, record -> isDone(record, serde::isReadable));
            }
            ended.complete(null);
        } catch (RuntimeException e) {
            if (closed) {
                ended.complete(null);
            }
            fail(e);
        } catch (Error e) {
            fail(new IllegalStateException("following %s: %s".formatted(name, e), e));
        } finally {
            fail(new IllegalStateException(name + ": closed"));
        }
    }

    private void fail(RuntimeException why) {
        caughtUp.completeExceptionally(why);
        ended.completeExceptionally(why);
        marks.fail(why);
    }

    /**
     * Goes to where the follower begins, as soon as the broker says where that is.
     *
     * @return the ends of now
     */
    private Map<TopicPartition, Long> begin(From from) {
        while (true) {
            try {
                List<TopicPartition> found =
                        consumer.partitionsFor(name).stream()
                                .map(p -> new TopicPartition(p.topic(), p.partition()))
                                .toList();
                consumer.assign(found);
                from.seek(consumer, found);
                Map<TopicPartition, Long> first = consumer.endOffsets(found);
                partitions = found;
                return first;
            } catch (WakeupException e) { // closed, or somebody has set a mark
                if (closed) {
                    throw e;
                }
            } catch (UnknownTopicOrPartitionException e) {
                throw e;
            } catch (RetriableException e) {
                LOG.atWarn()
                        .addKeyValue("topic", name)
                        .addKeyValue("reason", e.getMessage())
                        .log("cannot be followed yet");
            }
        }
    }

    /** A registry that does not answer is waited for once, however many records need it. */
    private void take(ConsumerRecords<String, byte[]> records) {
        boolean mayWait = true;
        for (ConsumerRecord<String, byte[]> record : records) {
            Predicate<byte[]> readable = mayWait ? serde::isReadableSoon : serde::isReadable;
            if (held.isBehindAnother(record)) {
                held.add(record);
            } else if (!isDone(record, readable)) {
                held.add(record);
                mayWait = false;
            }
        }
    }

    private ConsumerRecords<String, byte[]> poll() {
        try {
            if (held.hasRoom()) {
                consumer.resume(consumer.paused());
            } else {
                consumer.pause(consumer.assignment());
            }
            boolean nobodyWaits = held.isEmpty() && marks.isEmpty();
            return consumer.poll(nobodyWaits ? POLL : SOON);
        } catch (WakeupException e) {
            return ConsumerRecords.empty(); // closed, or there is a mark to look at
        }
    }

    private boolean isPast(Map<TopicPartition, Long> ends) {
        try {
            return ends.entrySet().stream()
                    .allMatch(e -> consumer.position(e.getKey()) >= e.getValue());
        } catch (WakeupException | TimeoutException e) {
            return false; // closed, one more mark, or the broker is away: in the next turn
        }
    }

    /**
     * @return false where the record has to wait for the registry
     */
    private boolean isDone(ConsumerRecord<String, byte[]> source, Predicate<byte[]> readable) {
        if (source.value() != null && !readable.test(source.value())) {
            return false;
        }
        try {
            T record = source.value() == null ? null : serde.decode(source.value());
            handler.handle(record, source);
        } catch (UnreadableRecordException e) {
            LOG.atDebug()
                    .addKeyValue("topic", source.topic())
                    .addKeyValue("offset", source.offset())
                    .addKeyValue("reason", e.getMessage())
                    .log("passed over");
        } catch (InterruptException e) {
            throw e;
        } catch (UncheckedIOException e) {
            return false;
        } catch (RuntimeException | StackOverflowError e) {
            LOG.atError()
                    .addKeyValue("topic", source.topic())
                    .addKeyValue("partition", source.partition())
                    .addKeyValue("offset", source.offset())
                    .setCause(e)
                    .log("a record that cannot be taken is passed over");
        }
        return true;
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
        ends.close();
    }
}
