package io.langevin.messaging;

import java.time.Duration;
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

    NewTopic definition(String prefix, short replication) {
        Map<String, String> settings =
                kept.map(time -> Map.of(TopicConfig.RETENTION_MS_CONFIG, "" + time.toMillis()))
                        .orElse(
                                Map.of(
                                        TopicConfig.CLEANUP_POLICY_CONFIG,
                                        TopicConfig.CLEANUP_POLICY_COMPACT));
        return new NewTopic(prefix + suffix, partitions, replication).configs(settings);
    }

    NewTopic deadLetters(String prefix, short replication) {
        return new NewTopic(prefix + suffix + ".dead", 1, replication)
                .configs(
                        Map.of(TopicConfig.RETENTION_MS_CONFIG, "" + DEAD_LETTERS_KEPT.toMillis()));
    }
}
