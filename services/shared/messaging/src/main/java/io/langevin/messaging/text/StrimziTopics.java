package io.langevin.messaging.text;

import io.langevin.messaging.Topics;
import java.util.Comparator;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.NewTopic;

/** Every topic, dead letters' among them, as KafkaTopic resources of Strimzi, in YAML. */
public final class StrimziTopics {
    private StrimziTopics() {}

    /**
     * @param prefix what topic names begin with
     * @param cluster the Kafka resource that has them
     * @param replicas copies of each partition
     */
    public static String of(String prefix, String cluster, int replicas) {
        return Topics.definitions(prefix, (short) replicas).stream()
                .sorted(Comparator.comparing(NewTopic::name))
                .map(topic -> resource(topic, cluster))
                .collect(Collectors.joining("---\n"));
    }

    private static String resource(NewTopic topic, String cluster) {
        String configuration =
                topic.configs().entrySet().stream()
                        .sorted(java.util.Map.Entry.comparingByKey())
                        .map(
                                setting ->
                                        "    %s: \"%s\"\n"
                                                .formatted(setting.getKey(), setting.getValue()))
                        .collect(Collectors.joining());
        return """
                apiVersion: kafka.strimzi.io/v1beta2
                kind: KafkaTopic
                metadata:
                  name: %s
                  labels: {strimzi.io/cluster: %s}
                spec:
                  partitions: %d
                  replicas: %d
                  config:
                """
                        .formatted(
                                topic.name(),
                                cluster,
                                topic.numPartitions(),
                                topic.replicationFactor())
                + configuration;
    }
}
