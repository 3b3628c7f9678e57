package io.langevin.local;

import static io.langevin.messaging.Topics.MODEL_CHECKPOINTS;

import io.langevin.artifacts.ArtifactException;
import io.langevin.artifacts.ArtifactId;
import io.langevin.artifacts.ArtifactStore;
import io.langevin.artifacts.ArtifactStores;
import io.langevin.cli.PublishCommand;
import io.langevin.client.PlatformClient;
import io.langevin.messaging.KafkaConfig;
import io.langevin.records.PublishedCheckpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The checkpoints that come with the platform. */
final class BundledModels {
    private static final String SUFFIX = ".safetensors";

    private BundledModels() {}

    /**
     * A model of the same name that is there already, perhaps retrained, stays as it is; one whose
     * checkpoint has been damaged or deleted is replaced.
     */
    static void publishMissing(LocalConfig config, KafkaConfig kafka)
            throws IOException, InterruptedException {
        try (PlatformClient platform = PlatformClient.at(kafka);
                ArtifactStore store = ArtifactStores.open(config.artifacts())) {
            Map<String, PublishedCheckpoint> there = platform.latest(MODEL_CHECKPOINTS);
            for (Path file : files(config.bundledModels())) {
                String model = file.getFileName().toString().replace(SUFFIX, "");
                PublishedCheckpoint published = there.get(model);
                if (published == null || !isWhole(store, published.getCheckpoint())) {
                    PublishCommand.publish(platform, store, Files.readAllBytes(file), model);
                }
            }
        }
    }

    private static boolean isWhole(ArtifactStore store, String checkpoint) {
        try {
            return ArtifactId.isId(checkpoint) && store.get(new ArtifactId(checkpoint)).length > 0;
        } catch (ArtifactException e) {
            return false;
        }
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(f -> f.toString().endsWith(SUFFIX)).sorted().toList();
        }
    }
}
