package io.langevin.cli.models;

import io.langevin.artifacts.ArtifactException;
import io.langevin.artifacts.ArtifactId;
import io.langevin.artifacts.ArtifactStore;
import io.langevin.artifacts.ArtifactStores;
import io.langevin.cli.Connection;
import io.langevin.cli.terminal.CommandFailure;
import io.langevin.cli.terminal.Writable;
import io.langevin.client.PlatformClient;
import io.langevin.process.Inert;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Writes the checkpoint of a model to a file. */
@Command(
        name = "export",
        description =
                "Write a model's checkpoint to a file (safetensors, under the authors' names).")
public final class ExportCommand implements Callable<Integer> {
    @Mixin Connection connection;

    @Parameters(paramLabel = "MODEL", description = "Name of the model.")
    String model;

    @Option(
            names = "--checkpoint",
            paramLabel = "ID",
            description = "Another one than serves now, by its id or first digits.")
    String checkpoint;

    @Option(
            names = "--out",
            paramLabel = "FILE",
            description = "Where it goes (default: MODEL.safetensors).")
    Path out;

    @Option(
            names = "--artifacts",
            paramLabel = "URI",
            description = "The artifact store; by default that of the running 'up'.")
    URI artifacts;

    @Override
    public Integer call() throws InterruptedException, IOException {
        Path file = out == null ? Path.of(model + ".safetensors") : out;
        Writable.require("--out", file);
        try (PlatformClient platform = connection.platform();
                ArtifactStore store = ArtifactStores.open(connection.artifacts(artifacts))) {
            String id =
                    checkpoint == null
                            ? KnownCheckpoints.serving(platform, model)
                            : KnownCheckpoints.whole(platform, "--checkpoint", checkpoint);
            Files.write(file, store.get(new ArtifactId(id)));
            System.out.printf("wrote checkpoint %s to %s%n", Inert.text(id), file);
        } catch (ArtifactException e) {
            throw new CommandFailure(Inert.text(e.getMessage()));
        }
        return 0;
    }
}
