package io.langevin.operations;

import io.langevin.messaging.Environment;
import io.langevin.messaging.KafkaConfig;
import io.langevin.messaging.ServiceConfig;
import java.net.URI;
import java.nio.file.Path;

/**
 * Settings of the operations service.
 *
 * @param artifacts where records go that are too large for a dead letter
 * @param state folder for the state of Kafka Streams; it can be lost, the topics have it too
 * @param pageHost address of the dashboard and the HTTP API
 * @param pagePort 0 takes a free one
 * @param replication copies of Kafka Streams' own topics; -1: the broker's default
 */
public record OperationsConfig(
        KafkaConfig kafka,
        URI artifacts,
        Path state,
        String pageHost,
        int pagePort,
        int replication)
        implements ServiceConfig {

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
                environment.number("LANGEVIN_REPLICATION", -1, -1, 10));
    }
}
