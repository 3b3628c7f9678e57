package io.langevin.cli;

import static io.langevin.messaging.Topics.PUBLISHING_IMPORTS;
import static io.langevin.messaging.Topics.PUBLISHING_RESULTS;
import static io.langevin.messaging.rules.RecordRules.requireModelName;

import io.langevin.artifacts.ArtifactId;
import io.langevin.artifacts.ArtifactStore;
import io.langevin.artifacts.ArtifactStores;
import io.langevin.cli.terminal.CommandFailure;
import io.langevin.cli.terminal.InputFile;
import io.langevin.client.PlatformClient;
import io.langevin.process.Inert;
import io.langevin.records.Candidate;
import io.langevin.records.JobStatus;
import io.langevin.records.PublishingJob;
import io.langevin.records.PublishingResult;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Publishes a checkpoint file. */
@Command(
        name = "publish",
        description = "Publish a checkpoint file as a model's newest checkpoint.")
public final class PublishCommand implements Callable<Integer> {
    private static final long LARGEST_FILE = Integer.MAX_VALUE - (1 << 20);

    @Mixin Connection connection;
    @Mixin PublishOptions target;

    @Parameters(paramLabel = "FILE", description = "A checkpoint (.safetensors).")
    Path file;

    @Override
    public Integer call() throws InterruptedException, IOException {
        requireModelName(target.model);
        byte[] bytes = InputFile.read("FILE", file, LARGEST_FILE);
        try (PlatformClient platform = connection.platform();
                ArtifactStore store = ArtifactStores.open(connection.artifacts(target.artifacts))) {
            ArtifactId id = publish(platform, store, bytes, target.model);
            System.out.printf("%s is now checkpoint %s%n", target.model, id);
        }
        return 0;
    }

    /** Puts the file into the store and has the publishing service verify and announce it. */
    public static ArtifactId publish(
            PlatformClient platform, ArtifactStore store, byte[] checkpoint, String model)
            throws InterruptedException {
        ArtifactId id = store.put(checkpoint);
        String runId = UUID.randomUUID().toString();
        PublishingJob job =
                PublishingJob.newBuilder()
                        .setRunId(runId)
                        .setModel(model)
                        .setCandidates(List.of(new Candidate(id.hex(), 0, 0.0, null)))
                        .setRequestedAt(Instant.now())
                        .build();
        PublishingResult result =
                platform.ask(
                        PUBLISHING_IMPORTS,
                        runId,
                        job,
                        PUBLISHING_RESULTS,
                        "the publishing service",
                        "run %s goes on all the same; see whether the service is running"
                                .formatted(runId));
        if (result.getStatus() != JobStatus.COMPLETED) {
            throw new CommandFailure("not published: " + Inert.text(result.getReason()));
        }
        return id;
    }
}
