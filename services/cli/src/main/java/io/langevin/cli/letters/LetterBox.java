package io.langevin.cli.letters;

import io.langevin.artifacts.ArtifactId;
import io.langevin.artifacts.ArtifactStore;
import io.langevin.artifacts.ArtifactStores;
import io.langevin.cli.Connection;
import io.langevin.client.PlatformClient;
import io.langevin.messaging.KafkaConfig;
import io.langevin.messaging.Schemas;
import io.langevin.messaging.letters.DeadLetterBox;
import java.net.URI;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Where a command finds dead letters. */
final class LetterBox {
    @Mixin Connection connection;

    @Option(
            names = "--artifacts",
            paramLabel = "URI",
            description =
                    "Where records too large for a topic are; by default that of the running 'up'.")
    URI artifacts;

    DeadLetterBox open() {
        KafkaConfig kafka = connection.kafka();
        return new DeadLetterBox(kafka, schemas(), connection.patience(), this::blob);
    }

    Schemas schemas() {
        return new Schemas(connection.kafka(), PlatformClient.patience(connection.patience()));
    }

    private byte[] blob(String id) {
        try (ArtifactStore store = ArtifactStores.open(connection.artifacts(artifacts))) {
            return store.get(new ArtifactId(id));
        }
    }
}
