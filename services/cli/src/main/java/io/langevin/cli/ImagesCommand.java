package io.langevin.cli;

import static io.langevin.messaging.Topics.JOB_STATES;
import static io.langevin.messaging.Topics.SAMPLING_IMAGES;
import static io.langevin.messaging.rules.RecordRules.require;
import static io.langevin.messaging.rules.RecordRules.requireId;

import io.langevin.artifacts.ArtifactId;
import io.langevin.artifacts.ArtifactStore;
import io.langevin.artifacts.ArtifactStores;
import io.langevin.cli.terminal.CommandFailure;
import io.langevin.cli.terminal.ImageGrid;
import io.langevin.cli.terminal.Writable;
import io.langevin.client.PlatformClient;
import io.langevin.messaging.KafkaConfig;
import io.langevin.messaging.Schemas;
import io.langevin.messaging.follow.KeyedRecords;
import io.langevin.messaging.rules.RecordRules;
import io.langevin.records.GeneratedImage;
import io.langevin.records.JobState;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Fetches what was made for a request. */
@Command(
        name = "images",
        description = {
            "Fetch the images of a request, whoever asked for it, as long as topics have them",
            "(7 days)."
        },
        footer = {
            "",
            "For example:",
            "  langevin images 7a5f441e-4c28-4859-8285-10c83957bd17 --out images"
        })
final class ImagesCommand implements Callable<Integer> {
    /** Clocks of brokers and services differ. */
    private static final Duration MARGIN = Duration.ofSeconds(10);

    @Mixin Connection connection;

    @Parameters(paramLabel = "REQUEST", description = "A request's id.")
    String id;

    @Option(names = "--out", paramLabel = "DIR", description = "Write every image there.")
    Path out;

    @Option(names = "--grid", paramLabel = "FILE", description = "Write all images as one PNG.")
    Path grid;

    @Option(
            names = "--artifacts",
            paramLabel = "URI",
            description = "Where large images are; by default the store of the running 'up'.")
    URI artifacts;

    @Override
    public Integer call() throws InterruptedException, IOException {
        requireId("REQUEST", id);
        require(out != null || grid != null, "images", "have --out or --grid", "neither");
        Writable.requireFolder("--out", out);
        Writable.require("--grid", grid);
        List<GeneratedImage> images = images();
        if (out != null) {
            Files.createDirectories(out);
            for (GeneratedImage image : images) {
                Files.write(out.resolve(name(image)), bytes(image));
            }
        }
        if (grid != null) {
            ImageGrid.write(images.stream().map(this::whole).toList(), grid);
        }
        int all = images.get(0).getCount();
        System.out.printf("%d of %d images of %s%n", images.size(), all, model(images.get(0)));
        return 0;
    }

    private List<GeneratedImage> images() throws InterruptedException {
        JobState state;
        try (PlatformClient platform = connection.platform()) {
            state = platform.latest(JOB_STATES).get(id);
        }
        if (state == null) {
            throw new CommandFailure("no request has the id " + id);
        }
        KafkaConfig kafka = connection.kafka();
        Map<Integer, GeneratedImage> byIndex = new TreeMap<>();
        new KeyedRecords(kafka, new Schemas(kafka, PlatformClient.patience(connection.patience())))
                .find(
                        SAMPLING_IMAGES,
                        id,
                        state.getRequestedAt().minus(MARGIN),
                        found -> found.size() >= found.get(0).getCount())
                .forEach(image -> byIndex.putIfAbsent(image.getIndex(), image));
        if (byIndex.isEmpty()) {
            throw new CommandFailure(
                    "request %s is %s and has no images, or none any longer"
                            .formatted(id, state.getStage().name().toLowerCase(Locale.ROOT)));
        }
        return List.copyOf(byIndex.values());
    }

    /** A model's name comes from outside: it may be no name of a file. */
    private static String model(GeneratedImage image) {
        return RecordRules.isModelName(image.getModel()) ? image.getModel() : "image";
    }

    private static String name(GeneratedImage image) {
        return "%s-%05d.%s"
                .formatted(
                        model(image),
                        image.getIndex(),
                        image.getFormat().name().toLowerCase(Locale.ROOT));
    }

    /** The image with its bytes, be they in the store. */
    private GeneratedImage whole(GeneratedImage image) {
        return image.getBytes() != null
                ? image
                : GeneratedImage.newBuilder(image).setBytes(ByteBuffer.wrap(bytes(image))).build();
    }

    private byte[] bytes(GeneratedImage image) {
        if (image.getBytes() == null) {
            try (ArtifactStore store = ArtifactStores.open(connection.artifacts(artifacts))) {
                return store.get(new ArtifactId(image.getArtifact()));
            }
        }
        ByteBuffer inline = image.getBytes().duplicate();
        byte[] bytes = new byte[inline.remaining()];
        inline.get(bytes);
        return bytes;
    }
}
