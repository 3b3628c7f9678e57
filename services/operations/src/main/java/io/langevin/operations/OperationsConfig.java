package io.langevin.operations;

import io.langevin.messaging.KafkaConfig;
import io.langevin.messaging.KafkaServiceConfig;
import io.langevin.process.ConfigurationException;
import io.langevin.process.Environment;
import java.net.URI;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Settings of the operations service.
 *
 * @param artifacts where records go that are too large for a dead letter
 * @param state folder for the state of Kafka Streams; it can be lost, the topics have it too
 * @param pageHost address of the dashboard and the HTTP API
 * @param pagePort 0 takes a free one
 * @param pageHosts names under which the page may be asked for, without ports
 * @param replication copies of Kafka Streams' own topics; -1: the broker's default
 * @param lineage topic of OpenLineage events, its whole name; empty: there are none
 */
public record OperationsConfig(
        KafkaConfig kafka,
        URI artifacts,
        Path state,
        String pageHost,
        int pagePort,
        Set<String> pageHosts,
        int replication,
        Optional<String> lineage)
        implements KafkaServiceConfig {
    /** The service's name, in its groups and in what it writes. */
    public static final String NAME = "operations";

    /** The names of this machine on itself. */
    public static final String LOOPBACK = "localhost,127.0.0.1,[::1]";

    public OperationsConfig {
        pageHosts = Set.copyOf(pageHosts);
    }

    public static Set<String> hosts(String commaSeparated) {
        return Arrays.stream(commaSeparated.split(","))
                .map(host -> host.strip().toLowerCase(Locale.ROOT))
                .filter(host -> !host.isEmpty())
                .collect(Collectors.toSet());
    }

    private static Optional<String> lineage(String topic) {
        if (topic.isEmpty()) {
            return Optional.empty();
        }
        if (!topic.matches("[A-Za-z0-9._-]{1,249}")) {
            throw new ConfigurationException(
                    "LANGEVIN_OPENLINEAGE: must be a topic's name, not '%s'".formatted(topic));
        }
        return Optional.of(topic);
    }

    public static OperationsConfig from(Environment environment) {
        return new OperationsConfig(
                KafkaConfig.from(environment),
                URI.create(
                        environment.required(
                                "LANGEVIN_ARTIFACTS", "file:/var/lib/langevin/artifacts")),
                Path.of(
                        environment.text(
                                "LANGEVIN_OPERATIONS_STATE",
                                System.getProperty("java.io.tmpdir") + "/langevin-operations")),
                environment.text("LANGEVIN_PAGE_HOST", "127.0.0.1"),
                environment.number("LANGEVIN_PAGE_PORT", 8090, 0, 65_535),
                hosts(environment.text("LANGEVIN_PAGE_HOSTS", LOOPBACK)),
                environment.number("LANGEVIN_REPLICATION", -1, -1, 10),
                lineage(environment.text("LANGEVIN_OPENLINEAGE", "")));
    }
}
