package io.langevin.paper;

import io.langevin.cli.terminal.CommandFailure;
import io.langevin.score.Checkpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Which checkpoint. */
final class ModelOptions {
    @Option(
            names = "--checkpoint",
            paramLabel = "FILE",
            description = "A checkpoint (.safetensors); by default the bundled one of clothes.")
    Path checkpoint;

    Checkpoint read() {
        Path bundled =
                Path.of(System.getProperty("langevin.home", "."))
                        .resolve("services/local/bundled/models/fashion.safetensors");
        Path file = checkpoint == null ? bundled : checkpoint;
        try {
            return Checkpoint.parse(Files.readAllBytes(file));
        } catch (IOException | IllegalArgumentException e) {
            throw new CommandFailure("%s is no checkpoint: %s".formatted(file, e.getMessage()));
        }
    }
}
