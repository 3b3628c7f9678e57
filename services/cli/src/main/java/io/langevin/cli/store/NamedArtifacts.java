package io.langevin.cli.store;

import io.langevin.artifacts.ArtifactId;
import io.langevin.messaging.DeadLetters;
import io.langevin.messaging.KafkaConfig;
import io.langevin.messaging.Topic;
import io.langevin.messaging.Topics;
import io.langevin.process.OutOfReachException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;

/**
 * Every artifact that a record on any topic names, dead letters too. A name is looked for in the
 * bytes themselves: what nobody can decode may still name one.
 */
final class NamedArtifacts {
    private static final Pattern NAME = Pattern.compile("[0-9a-f]{64,}");
    private static final int DIGITS = 64;
    private static final Duration POLL = Duration.ofMillis(500);

    private final Set<ArtifactId> found = new HashSet<>();

    private NamedArtifacts() {}

    /**
     * Reads all topics to their end of now.
     *
     * @param patience how long to wait for the next record
     * @throws OutOfReachException where the broker gives nothing for so long
     */
    static Set<ArtifactId> read(KafkaConfig kafka, Duration patience) {
        var named = new NamedArtifacts();
        try (var consumer = kafka.consumer(Map.of())) {
            List<TopicPartition> partitions = new ArrayList<>();
            for (Topic<?> topic : Topics.all()) {
                for (String name :
                        List.of(kafka.name(topic), kafka.name(topic) + DeadLetters.SUFFIX)) {
                    consumer.partitionsFor(name)
                            .forEach(p -> partitions.add(new TopicPartition(name, p.partition())));
                }
            }
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            named.readToEnd(consumer, patience);
        } catch (KafkaException e) {
            throw new OutOfReachException(
                    "the broker " + kafka.bootstrap() + ": " + e.getMessage());
        }
        return named.found;
    }

    private void readToEnd(Consumer<String, byte[]> consumer, Duration patience) {
        Map<TopicPartition, Long> ends = consumer.endOffsets(consumer.assignment());
        long progress = System.nanoTime();
        while (!isAtEnd(consumer, ends)) {
            var records = consumer.poll(POLL);
            records.forEach(this::look);
            if (!records.isEmpty()) {
                progress = System.nanoTime();
            } else if (System.nanoTime() - progress > patience.toNanos()) {
                throw new OutOfReachException(
                        "the broker gave no record for %d s: see whether it is running"
                                .formatted(patience.toSeconds()));
            }
        }
    }

    private static boolean isAtEnd(
            Consumer<String, byte[]> consumer, Map<TopicPartition, Long> ends) {
        return ends.entrySet().stream()
                .allMatch(end -> consumer.position(end.getKey()) >= end.getValue());
    }

    private void look(ConsumerRecord<String, byte[]> record) {
        look(record.value());
        for (Header header : record.headers()) {
            look(header.value());
        }
    }

    /** Where more digits than a name has stand together, each part of them may be one. */
    private void look(byte[] bytes) {
        if (bytes == null) {
            return;
        }
        Matcher names = NAME.matcher(new String(bytes, StandardCharsets.ISO_8859_1));
        while (names.find()) {
            String digits = names.group();
            for (int i = 0; i + DIGITS <= digits.length(); i++) {
                found.add(new ArtifactId(digits.substring(i, i + DIGITS)));
            }
        }
    }
}
