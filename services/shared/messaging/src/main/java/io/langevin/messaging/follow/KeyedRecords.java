package io.langevin.messaging.follow;

import io.langevin.messaging.KafkaConfig;
import io.langevin.messaging.Schemas;
import io.langevin.messaging.Topic;
import io.langevin.process.OutOfReachException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import org.apache.avro.specific.SpecificRecord;

/**
 * Finds what was written under a key, by reading a topic from a moment on: records of any age that
 * the topic still has. Safe to use from several threads; few may read at once.
 */
public final class KeyedRecords {
    private static final int READERS = 4;

    /** Who cannot begin at once is told so: a thread that waits is one that serves nobody. */
    private static final long TURN_MILLISECONDS = 1_000;

    private static final int MOST_RECORDS = 10_000;
    private static final long MOST_BYTES = 128L << 20;
    private static final Duration MOST = Duration.ofSeconds(20);
    private static final Duration TICK = Duration.ofMillis(20);

    private final KafkaConfig kafka;
    private final Schemas schemas;
    private final Semaphore readers = new Semaphore(READERS);

    public KeyedRecords(KafkaConfig kafka, Schemas schemas) {
        this.kafka = kafka;
        this.schemas = schemas;
    }

    /**
     * The records of a key, in their order; at the most 10,000 of them and 128 MiB.
     *
     * @param from when the first of them was written, at the earliest
     * @param isEnough whether there can be no more
     * @throws OutOfReachException where too many read already, or reading takes longer than 20 s
     */
    public <T extends SpecificRecord> List<T> find(
            Topic<T> topic, String key, Instant from, Predicate<List<T>> isEnough)
            throws InterruptedException {
        if (!readers.tryAcquire(TURN_MILLISECONDS, TimeUnit.MILLISECONDS)) {
            throw new OutOfReachException("too many look for old records: try again in a moment");
        }
        List<T> found = Collections.synchronizedList(new ArrayList<>());
        var bytes = new AtomicLong();
        var enough = new CountDownLatch(1);
        try (var reading =
                TopicFollower.start(
                        kafka,
                        schemas,
                        topic,
                        new From.Time(from.isBefore(Instant.EPOCH) ? Instant.EPOCH : from),
                        (record, source) -> {
                            if (record != null
                                    && key.equals(source.key())
                                    && enough.getCount() > 0) {
                                found.add(record);
                                long sum = bytes.addAndGet(source.serializedValueSize());
                                boolean full = found.size() >= MOST_RECORDS || sum > MOST_BYTES;
                                if (full || isEnough.test(found)) {
                                    enough.countDown();
                                }
                            }
                        })) {
            Instant end = Instant.now().plus(MOST);
            while (!reading.isCaughtUp() && !enough.await(TICK.toMillis(), TimeUnit.MILLISECONDS)) {
                if (reading.ended().isDone() || Instant.now().isAfter(end)) {
                    throw new OutOfReachException(
                            "%s could not be read within %d s"
                                    .formatted(kafka.name(topic), MOST.toSeconds()));
                }
            }
        } finally {
            readers.release();
        }
        synchronized (found) {
            return List.copyOf(found);
        }
    }
}
