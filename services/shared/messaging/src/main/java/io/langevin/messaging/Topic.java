package io.langevin.messaging;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.config.TopicConfig;

/**
 * A topic of the platform and the one record it carries. Names here are without the configured
 * prefix; {@link KafkaConfig#name} adds it.
 *
 * @param suffix the name without prefix
 * @param type the record; its key is always text
 * @param partitions how many
 * @param kept how long records stay; empty: compacted, the latest of a key for ever
 */
public record Topic<T extends SpecificRecord>(
        String suffix, Class<T> type, int partitions, Optional<Duration> kept) {

    /** Dead letters of any topic: the bytes as they were, kept for 30 days. */
    static final Duration DEAD_LETTERS_KEPT = Duration.ofDays(30);

    public Schema schema() {
        return SpecificData.get().getSchema(type);
    }

    /**
     * Larger than what anyone may send by default (1 MiB): an answer or a dead letter repeats what
     * was sent and adds to it.
     */
    public static final int LARGEST_RECORD = 4 << 20;

    NewTopic definition(String prefix, short replication) {
        String name = prefix + suffix;
        return kept.map(time -> topic(name, partitions, replication, retention(time)))
                .orElseGet(
                        () ->
                                topic(
                                        name,
                                        partitions,
                                        replication,
                                        Map.of(
                                                TopicConfig.CLEANUP_POLICY_CONFIG,
                                                TopicConfig.CLEANUP_POLICY_COMPACT)));
    }

    NewTopic deadLetters(String prefix, short replication) {
        return topic(prefix + suffix + ".dead", 1, replication, retention(DEAD_LETTERS_KEPT));
    }

    private static Map<String, String> retention(Duration time) {
        return Map.of(TopicConfig.RETENTION_MS_CONFIG, "" + time.toMillis());
    }

    private static NewTopic topic(
            String name, int partitions, short replication, Map<String, String> settings) {
        Map<String, String> all = new HashMap<>(settings);
        all.put(TopicConfig.MAX_MESSAGE_BYTES_CONFIG, "" + LARGEST_RECORD);
        return new NewTopic(name, partitions, replication).configs(all);
    }
}
