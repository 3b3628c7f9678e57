package io.langevin.messaging.letters;

import static io.langevin.messaging.Topics.LETTERS_HANDLED;
import static io.langevin.messaging.rules.RecordRules.require;

import io.langevin.messaging.DeadLetters;
import io.langevin.messaging.KafkaConfig;
import io.langevin.messaging.Schemas;
import io.langevin.messaging.Topic;
import io.langevin.messaging.Topics;
import io.langevin.messaging.follow.WholeTopic;
import io.langevin.messaging.rules.RecordRules;
import io.langevin.process.OutOfReachException;
import io.langevin.records.HandledLetter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;

/** Reads the topics of dead letters. Owned by one thread at a time. */
final class DeadLetterTopics {
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

    /**
     * @param patience how long the broker may be silent
     */
    DeadLetterTopics(KafkaConfig kafka, Schemas schemas, Duration patience) {
        this.kafka = kafka;
        this.schemas = schemas;
        this.patience = patience;
    }

    /** {@link DeadLetterBox#newest}. */
    List<DeadLetter> newest(Optional<Topic<?>> of, Predicate<DeadLetter> which, int most)
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

    /** {@link DeadLetterBox#find}. */
    DeadLetter find(LetterId id) throws InterruptedException {
        Map<String, HandledLetter> handled = handled();
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
}
