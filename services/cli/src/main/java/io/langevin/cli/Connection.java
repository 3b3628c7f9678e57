package io.langevin.cli;

import static io.langevin.messaging.rules.RecordRules.require;

import io.langevin.cli.terminal.CommandFailure;
import io.langevin.client.PlatformClient;
import io.langevin.messaging.KafkaConfig;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.CommonClientConfigs;
import picocli.CommandLine.Option;

/** Which platform a command talks to. */
public final class Connection {
    @Option(
            names = "--bootstrap",
            paramLabel = "HOST:PORT",
            description = "Kafka broker; by default that of the running 'up'.")
    private String bootstrap;

    @Option(
            names = "--registry",
            paramLabel = "URL",
            description = "Schema registry; by default that of the running 'up'.")
    private String registry;

    @Option(
            names = "--prefix",
            paramLabel = "TEXT",
            description = "What topic names begin with (default: ${DEFAULT-VALUE}).",
            defaultValue = KafkaConfig.DEFAULT_PREFIX)
    private String prefix;

    @Option(
            names = "--kafka",
            paramLabel = "KEY=VALUE",
            description =
                    "A Kafka client property, such as security.protocol=SSL; may be repeated.")
    private Map<String, String> properties = new HashMap<>();

    @Option(
            names = "--patience",
            paramLabel = "SECONDS",
            defaultValue = "30",
            description = "How long to wait without any sign of life (default: ${DEFAULT-VALUE}).")
    private int patience;

    /** The platform that is meant, once its broker answers. */
    public PlatformClient platform() throws InterruptedException {
        return PlatformClient.at(kafka(), patience());
    }

    /** Whether there is one to be had without asking for it by name. */
    public boolean isGivenOrRunning() {
        return bootstrap != null && registry != null || AnnouncedPlatform.find().isPresent();
    }

    /** How long to wait without any sign of life. */
    public Duration patience() {
        require(patience >= 1, "--patience", "be at least 1 second", patience);
        return Duration.ofSeconds(patience);
    }

    /** The connection to the platform that is given, or to the running one. */
    public KafkaConfig kafka() {
        Optional<AnnouncedPlatform> running =
                bootstrap == null || registry == null ? AnnouncedPlatform.find() : Optional.empty();
        require(
                registry == null || registry.matches("https?://[^/:]+.*"),
                "--registry",
                "be the address of a registry, such as http://localhost:8081",
                registry);
        Map<String, String> all = new HashMap<>(properties);
        all.put(
                CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG,
                either(bootstrap, running.map(AnnouncedPlatform::bootstrap)));
        return new KafkaConfig(
                all, either(registry, running.map(AnnouncedPlatform::registry)), prefix);
    }

    /** Where artifacts are: as given, or those of the running platform. */
    public URI artifacts(URI given) {
        return given != null
                ? given
                : URI.create(
                        either(null, AnnouncedPlatform.find().map(r -> r.artifacts().toString())));
    }

    private static String either(String given, Optional<String> found) {
        if (given != null) {
            return given;
        }
        return found.orElseThrow(
                () ->
                        new CommandFailure(
                                "no platform is running here: start one with './langevin up', or"
                                        + " name one with --bootstrap and --registry"));
    }
}
