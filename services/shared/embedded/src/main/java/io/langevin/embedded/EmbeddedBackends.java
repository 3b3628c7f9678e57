package io.langevin.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;

/** A broker and a registry on one data folder. */
public final class EmbeddedBackends implements AutoCloseable {
    private final EmbeddedKafka kafka;
    private final RegistryProcess registry;

    private EmbeddedBackends(EmbeddedKafka kafka, RegistryProcess registry) {
        this.kafka = kafka;
        this.registry = registry;
    }

    /**
     * @param registryHome the unpacked registry; see {@link #registryHome}
     * @param kafkaPort 0 takes a free one
     * @param registryPort 0 takes a free one
     * @throws IllegalStateException where the folder or a port is in use
     */
    public static EmbeddedBackends start(
            Path dataDir, Path registryHome, int kafkaPort, int registryPort)
            throws IOException, InterruptedException {
        EmbeddedKafka kafka = EmbeddedKafka.start(dataDir.resolve("kafka"), kafkaPort);
        try {
            return new EmbeddedBackends(
                    kafka,
                    RegistryProcess.start(registryHome, dataDir.resolve("registry"), registryPort));
        } catch (IOException | InterruptedException | RuntimeException e) {
            kafka.close();
            throw e;
        }
    }

    /**
     * Where the build unpacked the registry: the system property {@code langevin.registry.home}.
     */
    public static Path registryHome() {
        String home = System.getProperty("langevin.registry.home", "");
        if (home.isEmpty() || !Files.isDirectory(Path.of(home))) {
            throw new IllegalStateException(
                    "the system property langevin.registry.home must name the unpacked registry,"
                            + " not '%s'; ./langevin sets it".formatted(home));
        }
        return Path.of(home);
    }

    /** Completes when a part ends that is not started again: which and why. */
    public CompletableFuture<String> death() {
        return kafka.death()
                .thenApply(why -> "the broker ended: " + why)
                .applyToEither(
                        registry.death().thenApply(why -> "the registry ended: " + why),
                        why -> why);
    }

    public String bootstrap() {
        return kafka.bootstrap();
    }

    /** Base URL for clients of Confluent's Schema Registry. */
    public String registry() {
        return registry.url();
    }

    @Override
    public void close() throws IOException {
        try {
            registry.close();
        } finally {
            kafka.close();
        }
    }
}
