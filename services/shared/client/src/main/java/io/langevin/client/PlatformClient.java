package io.langevin.client;

import io.langevin.messaging.Broker;
import io.langevin.messaging.Failures;
import io.langevin.messaging.KafkaConfig;
import io.langevin.messaging.RecordWriter;
import io.langevin.messaging.Schemas;
import io.langevin.messaging.Topic;
import io.langevin.messaging.follow.Follower;
import io.langevin.messaging.follow.From;
import io.langevin.messaging.follow.TopicFollower;
import io.langevin.messaging.follow.WholeTopic;
import io.langevin.process.OpenedResources;
import io.langevin.process.OutOfReachException;
import io.langevin.process.Patience;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.KafkaException;

/**
 * A platform as its clients see it: topics to write to and to follow. Nothing here waits in silence
 * or for ever. Closes what it opened.
 */
public final class PlatformClient implements AutoCloseable {
    private static final String WRITER = "client";
    private static final Duration LONG = Duration.ofMinutes(10);
    private static final Duration SILENT = Duration.ofSeconds(2);

    private final KafkaConfig kafka;
    private final Schemas schemas;
    private final Patience patience;
    private final OpenedResources opened = new OpenedResources();

    private PlatformClient(KafkaConfig kafka, Schemas schemas, Patience patience) {
        this.kafka = kafka;
        this.schemas = schemas;
        this.patience = patience;
    }

    /** Connects with the patience of a program: ten minutes without a sign of life. */
    public static PlatformClient at(KafkaConfig kafka) throws InterruptedException {
        return at(kafka, LONG);
    }

    /**
     * Waits for the broker.
     *
     * @param most how long to wait for anything that gives no sign of life
     * @throws OutOfReachException where the broker does not answer
     * @throws io.langevin.process.ConfigurationException where it lacks the platform's topics
     */
    public static PlatformClient at(KafkaConfig kafka, Duration most) throws InterruptedException {
        Patience patience = patience(most);
        Broker.await(kafka, patience);
        return new PlatformClient(kafka, new Schemas(kafka, patience), patience);
    }

    public static Patience patience(Duration most) {
        return new Patience(Optional.of(most), SILENT, PlatformClient::say);
    }

    private static void say(String text) {
        System.err.println(text);
    }

    /**
     * Returns when the record is safe.
     *
     * @throws OutOfReachException where the broker does not take it in time
     */
    public <T extends SpecificRecord> void write(Topic<T> topic, String key, T record)
            throws InterruptedException {
        write(topic, writer -> writer.write(key, record));
    }

    /**
     * Ends a key of a compacted topic; returns when that is safe.
     *
     * @throws OutOfReachException where the broker does not take it in time
     */
    public <T extends SpecificRecord> void delete(Topic<T> topic, String key)
            throws InterruptedException {
        write(topic, writer -> writer.delete(key));
    }

    /** What is done with a writer. */
    private interface Writing<T extends SpecificRecord> {
        void with(RecordWriter<T> writer) throws InterruptedException;
    }

    private <T extends SpecificRecord> void write(Topic<T> topic, Writing<T> writing)
            throws InterruptedException {
        try (var writer = RecordWriter.open(kafka, schemas, topic, WRITER, patience())) {
            waiting(
                    () -> {
                        writing.with(writer);
                        return null;
                    });
        } catch (KafkaException e) {
            throw Failures.isPassing(e)
                    ? new OutOfReachException(
                            "the broker %s does not take the record: %s"
                                    .formatted(kafka.bootstrap(), Failures.reason(e)))
                    : e;
        }
    }

    /**
     * Follows a topic until this is closed; returns when what was there has been handled.
     *
     * @return fails when the topic cannot be followed any longer
     */
    public <T extends SpecificRecord> CompletableFuture<Void> follow(
            Topic<T> topic, From from, Follower.Handler<T> handler) throws InterruptedException {
        var follower = TopicFollower.start(kafka, schemas, topic, from, handler);
        opened.push(follower);
        waiting(
                () -> {
                    follower.awaitCaughtUp(patience());
                    return null;
                });
        return follower.ended();
    }

    /** The latest record of each key that is there now, the one written last at the end. */
    public <T extends SpecificRecord> Map<String, T> latest(Topic<T> topic)
            throws InterruptedException {
        Map<String, T> records = new LinkedHashMap<>();
        Follower.Handler<T> handler =
                (record, source) -> {
                    records.remove(source.key());
                    if (record != null && source.key() != null) {
                        records.put(source.key(), record);
                    }
                };
        read(topic, handler);
        return records;
    }

    /** Hands every record that is there now to a handler, and returns. */
    public <T extends SpecificRecord> void read(Topic<T> topic, Follower.Handler<T> handler)
            throws InterruptedException {
        waiting(
                () -> {
                    WholeTopic.read(kafka, schemas, topic, handler, patience());
                    return null;
                });
    }

    /**
     * Publishes a record and waits for the answer that has its key.
     *
     * @param whom such as "the schedule service"
     * @param remedy what the person who waits can do
     * @throws OutOfReachException where no answer has come in time
     */
    public <Q extends SpecificRecord, A extends SpecificRecord> A ask(
            Topic<Q> questions,
            String key,
            Q question,
            Topic<A> answers,
            String whom,
            String remedy)
            throws InterruptedException {
        BlockingQueue<A> arrived = new LinkedBlockingQueue<>();
        follow(
                answers,
                new From.Now(),
                (answer, source) -> {
                    if (answer != null && key.equals(source.key())) {
                        arrived.add(answer);
                    }
                });
        write(questions, key, question);
        return next(arrived, whom, remedy);
    }

    private interface Call<T> {
        T call() throws InterruptedException;
    }

    /** Says that the broker is waited for, should the call take more than a moment. */
    private <T> T waiting(Call<T> call) throws InterruptedException {
        CompletableFuture<Void> said =
                CompletableFuture.runAsync(
                        () -> say("waiting for the broker " + kafka.bootstrap()),
                        CompletableFuture.delayedExecutor(
                                SILENT.toMillis(), TimeUnit.MILLISECONDS));
        try {
            return call.call();
        } finally {
            said.cancel(false);
        }
    }

    KafkaConfig kafka() {
        return kafka;
    }

    Schemas schemas() {
        return schemas;
    }

    /**
     * What arrives next. Who is waited for is said after two seconds.
     *
     * @param whom such as "the schedule service"
     * @param remedy what the person who waits can do
     * @throws OutOfReachException where nothing has arrived in time
     */
    public <T> T next(BlockingQueue<T> arrived, String whom, String remedy)
            throws InterruptedException {
        T soon = arrived.poll(SILENT.toMillis(), TimeUnit.MILLISECONDS);
        if (soon != null) {
            return soon;
        }
        say("waiting for " + whom);
        return nextInSilence(arrived, patience(), whom, remedy);
    }

    /** Waits as {@link #next} does, where the wait is shown by other means. */
    public static <T> T nextInSilence(
            BlockingQueue<T> arrived, Duration most, String whom, String remedy)
            throws InterruptedException {
        T next = arrived.poll(most.toMillis(), TimeUnit.MILLISECONDS);
        if (next == null) {
            throw new OutOfReachException(
                    "%s gave no sign of life for %d s: %s"
                            .formatted(whom, most.toSeconds(), remedy));
        }
        return next;
    }

    /** How long this waits without any sign of life. */
    public Duration patience() {
        return patience.most().orElse(LONG);
    }

    @Override
    public void close() {
        opened.close();
    }
}
