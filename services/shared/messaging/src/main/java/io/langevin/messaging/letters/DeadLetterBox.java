package io.langevin.messaging.letters;

import static io.langevin.messaging.Topics.LETTERS_HANDLED;
import static io.langevin.messaging.rules.RecordRules.require;

import io.langevin.messaging.DeadLetters;
import io.langevin.messaging.EventHeaders;
import io.langevin.messaging.Failures;
import io.langevin.messaging.KafkaConfig;
import io.langevin.messaging.KeptRecords;
import io.langevin.messaging.Schemas;
import io.langevin.messaging.Topic;
import io.langevin.messaging.Topics;
import io.langevin.messaging.follow.WholeTopic;
import io.langevin.messaging.rules.RecordRules;
import io.langevin.process.OutOfReachException;
import io.langevin.records.HandledLetter;
import io.langevin.records.LetterEnd;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;

/**
 * The dead letters of all topics. A letter is redriven in one transaction with the note that it
 * was, by the one process that holds the right to: however often somebody asks, its record is
 * written once. Threads take turns.
 */
public final class DeadLetterBox {
    private static final String WRITER = "letters";

    private static final Comparator<DeadLetter> OLDEST_FIRST =
            Comparator.comparing(DeadLetter::since)
                    .thenComparing(letter -> letter.id().offset())
                    .thenComparing(letter -> letter.id().topic().suffix());

    private static final Duration POLL = Duration.ofMillis(200);
    private static final int MOST_RECORDS_A_POLL = 50;
    private static final int LONGEST_KEY = 100;
    private static final int LONGEST_HEADER = 8_192;

    /** Letters of a topic that a list looks at, the newest. */
    private static final int LOOKED_AT = 10_000;

    private final KafkaConfig kafka;
    private final Schemas schemas;
    private final Duration patience;
    private final Function<String, byte[]> blobs;
    private final Lock turn = new ReentrantLock();

    private interface Work<T> {
        T run() throws InterruptedException;
    }

    /**
     * @param patience how long the broker may be silent
     * @param blobs an artifact by its id, for records that are too large for a topic
     */
    public DeadLetterBox(
            KafkaConfig kafka, Schemas schemas, Duration patience, Function<String, byte[]> blobs) {
        this.kafka = kafka;
        this.schemas = schemas;
        this.patience = patience;
        this.blobs = blobs;
    }

    /**
     * The newest letters first, without their contents.
     *
     * @param of a topic's alone; empty: all topics'
     * @param which of the newest 10,000 of each topic
     * @param most of all that are returned
     */
    public List<DeadLetter> newest(Optional<Topic<?>> of, Predicate<DeadLetter> which, int most)
            throws InterruptedException {
        return inTurn(() -> found(of, which, most));
    }

    private List<DeadLetter> found(Optional<Topic<?>> of, Predicate<DeadLetter> which, int most)
            throws InterruptedException {
        List<Topic<?>> topics = of.<List<Topic<?>>>map(List::of).orElse(Topics.all());
        Queue<DeadLetter> newest = new PriorityQueue<>(OLDEST_FIRST);
        Map<String, HandledLetter> handled = handled();
        try (Consumer<String, byte[]> consumer = consumer()) {
            List<TopicPartition> partitions = topics.stream().map(this::place).toList();
            consumer.assign(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions, patience);
            Map<TopicPartition, Long> begins = consumer.beginningOffsets(partitions, patience);
            partitions.forEach(
                    at -> consumer.seek(at, Math.max(begins.get(at), ends.get(at) - LOOKED_AT)));
            read(
                    consumer,
                    ends,
                    record -> {
                        DeadLetter letter = letter(withoutContent(record), handled);
                        if (which.test(letter)) {
                            newest.add(letter);
                            if (newest.size() > most) {
                                newest.remove();
                            }
                        }
                    });
        }
        return newest.stream().sorted(OLDEST_FIRST.reversed()).toList();
    }

    private <T> T inTurn(Work<T> work) throws InterruptedException {
        if (!turn.tryLock(patience.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new OutOfReachException("others look at dead letters: try again in a moment");
        }
        try {
            return work.run();
        } finally {
            turn.unlock();
        }
    }

    /**
     * @throws io.langevin.messaging.rules.RejectedException where it is not there, or not any more
     */
    public DeadLetter find(LetterId id) throws InterruptedException {
        return inTurn(() -> letter(id, handled()));
    }

    private DeadLetter letter(LetterId id, Map<String, HandledLetter> handled) {
        TopicPartition at = place(id.topic());
        List<DeadLetter> found = new ArrayList<>();
        try (Consumer<String, byte[]> consumer = consumer()) {
            consumer.assign(List.of(at));
            long begin = consumer.beginningOffsets(List.of(at), patience).get(at);
            long end = consumer.endOffsets(List.of(at), patience).get(at);
            if (id.partition() == at.partition() && id.offset() >= begin && id.offset() < end) {
                consumer.seek(at, id.offset());
                read(
                        consumer,
                        Map.of(at, id.offset() + 1),
                        record -> found.add(letter(record, handled)));
            }
        }
        require(!found.isEmpty(), "letter", "be one that is there", id);
        return found.get(0);
    }

    /**
     * Writes the record of a letter once more to the topic that it was sent to: its bytes, its key,
     * its headers, the trace among them.
     *
     * @return what was done, now or by an earlier call
     * @throws io.langevin.messaging.rules.RejectedException where the letter is not there, was
     *     discarded, or somebody else works on letters just now
     */
    public HandledLetter redrive(LetterId id) throws InterruptedException {
        return inTurn(() -> handle(id, LetterEnd.REDRIVEN, ""));
    }

    /**
     * Notes that nothing is to be done about a letter; its bytes stay for as long as its topic
     * keeps them.
     *
     * @param reason in words; may be empty
     * @return what was done, now or by an earlier call
     * @throws io.langevin.messaging.rules.RejectedException where the letter is not there or was
     *     redriven
     */
    public HandledLetter discard(LetterId id, String reason) throws InterruptedException {
        return inTurn(() -> handle(id, LetterEnd.DISCARDED, reason));
    }

    private HandledLetter handle(LetterId id, LetterEnd end, String reason)
            throws InterruptedException {
        Producer<String, byte[]> producer = producer();
        try {
            producer.initTransactions(); // from here on nobody else handles letters
            DeadLetter letter = letter(id, handled());
            if (letter.handled().isPresent()) {
                HandledLetter before = letter.handled().get();
                require(
                        before.getEnd() == end,
                        "letter",
                        "be one that nothing was done about",
                        "%s, %s at %s".formatted(id, before.getEnd(), before.getHandledAt()));
                return before;
            }
            var note = new HandledLetter(id.toString(), end, reason, Instant.now());
            producer.beginTransaction();
            try {
                if (end == LetterEnd.REDRIVEN) {
                    written(producer.send(original(letter)));
                }
                written(producer.send(note(note, letter.record().headers())));
            } catch (RuntimeException e) {
                producer.abortTransaction(); // readers of the topic would wait for its end
                throw e;
            }
            producer.commitTransaction();
            return note;
        } catch (ProducerFencedException | InvalidProducerEpochException e) {
            require(false, "letter", "wait: somebody else handles letters just now", id);
            throw e;
        } finally {
            producer.close(Duration.ZERO); // whatever is not committed ends with its time
        }
    }

    private static void written(Future<?> record) throws InterruptedException {
        try {
            record.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof ProducerFencedException fenced) {
                throw fenced;
            }
            require(
                    !(e.getCause() instanceof RecordTooLargeException),
                    "letter",
                    "be no larger than its topic takes",
                    e.getCause().getMessage());
            throw new KafkaException("not written: " + Failures.reason(e.getCause()), e);
        }
    }

    /** What the sender wrote, to where the letter's topic says and not to where a header does. */
    private ProducerRecord<String, byte[]> original(DeadLetter letter) {
        ConsumerRecord<String, byte[]> record =
                letter.artifact()
                        .map(blob -> KeptRecords.parse(blobs.apply(blob)))
                        .orElse(letter.record());
        Headers headers = new RecordHeaders();
        for (Header header : record.headers()) {
            if (!DeadLetters.HEADERS.contains(header.key())) {
                headers.add(header);
            }
        }
        return new ProducerRecord<>(
                kafka.name(letter.id().topic()), null, record.key(), record.value(), headers);
    }

    private ProducerRecord<String, byte[]> note(HandledLetter note, Headers cause)
            throws InterruptedException {
        return new ProducerRecord<>(
                kafka.name(LETTERS_HANDLED),
                null,
                note.getLetter(),
                schemas.serde(LETTERS_HANDLED).encode(note),
                EventHeaders.ofService(WRITER).of(note, cause));
    }

    /** What has been done about letters, by their ids. */
    private Map<String, HandledLetter> handled() throws InterruptedException {
        Map<String, HandledLetter> handled = new ConcurrentHashMap<>();
        WholeTopic.readWritten(
                kafka,
                schemas,
                LETTERS_HANDLED,
                (note, source) -> {
                    if (note != null && note.getLetter().equals(source.key())) {
                        handled.putIfAbsent(source.key(), note);
                    }
                },
                patience);
        return handled;
    }

    private DeadLetter letter(
            ConsumerRecord<String, byte[]> record, Map<String, HandledLetter> handled) {
        String suffix =
                record.topic()
                        .substring(
                                kafka.prefix().length(),
                                record.topic().length() - DeadLetters.SUFFIX.length());
        var id = new LetterId(LetterId.topic(suffix), record.partition(), record.offset());
        return new DeadLetter(id, record, Optional.ofNullable(handled.get(id.toString())));
    }

    /** A list of letters may be long, and each of them large. */
    private static ConsumerRecord<String, byte[]> withoutContent(
            ConsumerRecord<String, byte[]> record) {
        Headers headers = new RecordHeaders();
        for (String name : DeadLetters.HEADERS) {
            Header last = record.headers().lastHeader(name);
            if (last != null && last.value() != null) {
                headers.add(
                        name,
                        Arrays.copyOf(last.value(), Math.min(last.value().length, LONGEST_HEADER)));
            }
        }
        return new ConsumerRecord<>(
                record.topic(),
                record.partition(),
                record.offset(),
                record.timestamp(),
                record.timestampType(),
                record.serializedKeySize(),
                record.serializedValueSize(),
                record.key() == null ? null : RecordRules.abbreviated(record.key(), LONGEST_KEY),
                null,
                headers,
                Optional.empty());
    }

    private TopicPartition place(Topic<?> topic) {
        return new TopicPartition(kafka.name(topic) + DeadLetters.SUFFIX, 0);
    }

    /** Hands on all records before these offsets. */
    private void read(
            Consumer<String, byte[]> consumer,
            Map<TopicPartition, Long> ends,
            java.util.function.Consumer<ConsumerRecord<String, byte[]>> each) {
        long heard = System.nanoTime();
        while (ends.entrySet().stream()
                .anyMatch(end -> consumer.position(end.getKey(), patience) < end.getValue())) {
            var polled = consumer.poll(POLL);
            for (ConsumerRecord<String, byte[]> record : polled) {
                long end = ends.get(new TopicPartition(record.topic(), record.partition()));
                if (record.offset() < end) {
                    each.accept(record);
                }
            }
            if (!polled.isEmpty()) {
                heard = System.nanoTime();
            }
            if (System.nanoTime() - heard > patience.toNanos()) {
                throw new OutOfReachException(
                        "the broker gave no sign of life for %d s".formatted(patience.toSeconds()));
            }
        }
    }

    private Consumer<String, byte[]> consumer() {
        return kafka.consumer(Map.of(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, MOST_RECORDS_A_POLL));
    }

    private Producer<String, byte[]> producer() {
        return kafka.producer(
                Map.of(
                        ProducerConfig.TRANSACTIONAL_ID_CONFIG,
                        kafka.group(WRITER),
                        ProducerConfig.MAX_BLOCK_MS_CONFIG,
                        patience.toMillis(),
                        ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG,
                        (int) patience.dividedBy(2).toMillis(),
                        ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG,
                        (int) patience.toMillis()));
    }
}
