package io.langevin.messaging;

import io.langevin.embedded.EmbeddedBackends;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.UUID;
import org.apache.kafka.clients.admin.Admin;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.kafka.KafkaContainer;

/**
 * A broker and a registry for this JVM's tests: containers where Docker is there, the embedded ones
 * where it is not. The tests are the same.
 */
public final class KafkaEnvironment {
    private static final KafkaEnvironment INSTANCE = start();

    private final String bootstrap;
    private final String registry;

    private KafkaEnvironment(String bootstrap, String registry) {
        this.bootstrap = bootstrap;
        this.registry = registry;
    }

    /** Topics and schemas of its own, under a new prefix. */
    public static KafkaConfig fresh() throws InterruptedException {
        String prefix = "t" + UUID.randomUUID().toString().substring(0, 8) + ".";
        KafkaConfig shared = KafkaConfig.of(INSTANCE.bootstrap, INSTANCE.registry);
        KafkaConfig kafka = new KafkaConfig(shared.properties(), shared.registry(), prefix);
        try (Admin admin = kafka.admin()) {
            Topics.create(admin, prefix, (short) 1);
        }
        new Schemas(kafka).registerAll();
        return kafka;
    }

    private static KafkaEnvironment start() {
        return DockerClientFactory.instance().isDockerAvailable() ? containers() : embedded();
    }

    private static KafkaEnvironment embedded() {
        try {
            EmbeddedBackends platform =
                    EmbeddedBackends.start(
                            Files.createTempDirectory("langevin-messaging"),
                            EmbeddedBackends.registryHome(),
                            0,
                            0);
            return new KafkaEnvironment(platform.bootstrap(), platform.registry());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @SuppressWarnings("resource") // both live as long as this JVM
    private static KafkaEnvironment containers() {
        KafkaContainer kafka =
                new KafkaContainer("apache/kafka:4.3.1")
                        .withEnv("KAFKA_GROUP_SHARE_MIN_RECORD_LOCK_DURATION_MS", "1000")
                        .withEnv("KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS", "0");
        kafka.start();
        GenericContainer<?> registry =
                new GenericContainer<>("apicurio/apicurio-registry-mem:2.6.13.Final")
                        .withExposedPorts(8080)
                        .waitingFor(Wait.forHttp("/apis/ccompat/v7/subjects"));
        registry.start();
        return new KafkaEnvironment(
                kafka.getBootstrapServers(),
                "http://%s:%d/apis/ccompat/v7"
                        .formatted(registry.getHost(), registry.getMappedPort(8080)));
    }
}
