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
import io.langevin.process.OutOfReachException;
import io.langevin.records.HandledLetter;
import io.langevin.records.LetterEnd;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
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

    private final KafkaConfig kafka;
    private final Schemas schemas;
    private final Duration patience;
    private final DeadLetterTopics topics;
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
        this.topics = new DeadLetterTopics(kafka, schemas, patience);
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
        return inTurn(() -> topics.newest(of, which, most));
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
        return inTurn(() -> topics.find(id));
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
            DeadLetter letter = topics.find(id);
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
