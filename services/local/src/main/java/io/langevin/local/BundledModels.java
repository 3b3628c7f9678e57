package io.langevin.local;

import static io.langevin.messaging.Topics.MODEL_CHECKPOINTS;

import io.langevin.artifacts.ArtifactStore;
import io.langevin.cli.Platform;
import io.langevin.cli.PublishCommand;
import io.langevin.messaging.KafkaConfig;
import io.langevin.records.PublishedCheckpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The checkpoints that come with the platform. */
final class BundledModels {
    private static final String SUFFIX = ".safetensors";

    private BundledModels() {}

    /** A model of the same name that is there already, perhaps retrained, stays as it is. */
    static void publishMissing(LocalConfig config, KafkaConfig kafka)
            throws IOException, InterruptedException {
        try (Platform platform = Platform.at(kafka);
                ArtifactStore store = ArtifactStore.open(config.artifacts())) {
            Set<String> there =
                    platform.readAll(MODEL_CHECKPOINTS).stream()
                            .map(PublishedCheckpoint::getModel)
                            .collect(Collectors.toSet());
            for (Path file : files(config.bundledModels())) {
                String model = file.getFileName().toString().replace(SUFFIX, "");
                if (!there.contains(model)) {
                    PublishCommand.publish(platform, store, Files.readAllBytes(file), model);
                }
            }
        }
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(f -> f.toString().endsWith(SUFFIX)).sorted().toList();
        }
    }
}
