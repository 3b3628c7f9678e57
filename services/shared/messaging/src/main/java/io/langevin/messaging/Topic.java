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

    /** What nobody deletes but by hand. */
    static final Duration FOR_EVER = Duration.ofMillis(-1);

    public Schema schema() {
        return SpecificData.get().getSchema(type);
    }

    /**
     * Bytes of the largest record of any topic, after decompression. Larger than what anyone may
     * send by default (1 MiB): an answer repeats what was sent and adds to it.
     */
    public static final int LARGEST_RECORD = 4 << 20;

    /** A dead letter repeats the largest record and adds why it is dead. */
    public static final int LARGEST_DEAD_LETTER = LARGEST_RECORD + (64 << 10);

    NewTopic definition(String prefix, short replication) {
        Map<String, String> settings =
                kept.map(Topic::retention)
                        .orElse(
                                Map.of(
                                        TopicConfig.CLEANUP_POLICY_CONFIG,
                                        TopicConfig.CLEANUP_POLICY_COMPACT));
        return topic(prefix + suffix, partitions, replication, settings, LARGEST_RECORD);
    }

    NewTopic deadLetters(String prefix, short replication) {
        return topic(
                prefix + suffix + DeadLetters.SUFFIX,
                1,
                replication,
                retention(DEAD_LETTERS_KEPT),
                LARGEST_DEAD_LETTER);
    }

    private static Map<String, String> retention(Duration time) {
        return Map.of(TopicConfig.RETENTION_MS_CONFIG, "" + time.toMillis());
    }

    private static NewTopic topic(
            String name,
            int partitions,
            short replication,
            Map<String, String> settings,
            int largest) {
        Map<String, String> all = new HashMap<>(settings);
        all.put(TopicConfig.MAX_MESSAGE_BYTES_CONFIG, "" + largest);
        // the broker unpacks what comes compressed, so that its limit is one of unpacked bytes
        all.put(TopicConfig.COMPRESSION_TYPE_CONFIG, "uncompressed");
        // the broker's time and not the sender's decides how long a record is kept and has waited
        all.put(TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG, "LogAppendTime");
        return new NewTopic(name, partitions, replication).configs(all);
    }
}
