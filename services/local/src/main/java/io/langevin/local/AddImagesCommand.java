package io.langevin.local;

import static io.langevin.messaging.Topics.DATASETS_IMAGES;
import static io.langevin.messaging.Topics.DATASETS_STATES;

import io.langevin.artifacts.ArtifactId;
import io.langevin.artifacts.ArtifactStore;
import io.langevin.artifacts.ArtifactStores;
import io.langevin.cli.Connection;
import io.langevin.cli.terminal.CommandFailure;
import io.langevin.client.PlatformClient;
import io.langevin.datasets.DatasetException;
import io.langevin.datasets.ImageDataset;
import io.langevin.messaging.follow.From;
import io.langevin.messaging.rules.DatasetImageRules;
import io.langevin.process.Inert;
import io.langevin.records.DatasetImage;
import io.langevin.records.DatasetState;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.LinkedBlockingQueue;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Publishes images for a data set that is a topic. */
@Command(
        name = "add",
        description = {
            "Publish images for the data set topic:NAME, and wait until they count.",
            "Images that it has already are not sent again."
        },
        footer = {
            "",
            "For example:",
            "  langevin datasets add flowers photos/ more.zip",
            "  langevin retrain --model flowers --dataset topic:flowers --wait"
        })
final class AddImagesCommand implements Callable<Integer> {
    @Mixin Connection connection;

    @Parameters(
            index = "0",
            paramLabel = "NAME",
            description = "Name of the data set: letters, digits, '.', '_' and '-'.")
    String name;

    @Parameters(
            index = "1..*",
            arity = "1..*",
            paramLabel = "FILE",
            description =
                    "Image files, folders of them, archives, or MNIST's, CIFAR's and NumPy's files.")
    List<Path> files;

    @Option(
            names = "--source",
            defaultValue = "",
            paramLabel = "TEXT",
            description = "Where the images are from; it stands in each of their events.")
    String source;

    @Option(
            names = "--artifacts",
            paramLabel = "URI",
            description =
                    "Where images above 512 KiB are put; by default the store of the running 'up'.")
    URI artifacts;

    @Override
    public Integer call() throws InterruptedException {
        // what nobody can use is said before anything is sent
        DatasetImageRules.check(
                DatasetImage.newBuilder()
                        .setDataset(name)
                        .setSource(source)
                        .setArtifact("0".repeat(64))
                        .build(),
                name);
        for (Path file : files) {
            if (!Files.isReadable(file)) {
                throw new CommandFailure(
                        "FILE: there is nothing to read at " + Inert.text("" + file));
            }
        }
        try (PlatformClient platform = connection.platform();
                ArtifactStore store = ArtifactStores.open(connection.artifacts(artifacts));
                var images =
                        PublishedImages.open(
                                connection.kafka(), store, name, source, known(platform))) {
            for (Path file : files) {
                ImageDataset.source(file).readInto(images);
            }
            images.awaitSafe();
            System.out.printf(
                    "%d images added to topic:%s%s%n", images.added(), name, images.others());
            say(images.end() == 0 ? state(platform, 0) : state(platform, images.end()));
            return 0;
        } catch (IOException | DatasetException e) {
            throw new CommandFailure(Inert.text(String.valueOf(e.getMessage())));
        }
    }

    private void say(DatasetState state) {
        System.out.printf(
                "it has %d images%s: './langevin retrain --model %s --dataset topic:%s'%n",
                state.getImages(),
                state.getRefused() == 0
                        ? ""
                        : ", and %d that are not usable (see the topic datasets.images.dead)"
                                .formatted(state.getRefused()),
                name,
                name);
    }

    /** SHA-256 of each image that the data set has. */
    private Set<ArtifactId> known(PlatformClient platform) throws InterruptedException {
        Set<ArtifactId> known = new HashSet<>();
        platform.read(
                DATASETS_IMAGES,
                (image, source) -> {
                    if (image != null && name.equals(source.key())) {
                        known.add(PublishedImages.id(image));
                    }
                });
        return known;
    }

    /** What the schedule service knows of the data set once it has looked at all that was sent. */
    private DatasetState state(PlatformClient platform, long end) throws InterruptedException {
        BlockingQueue<DatasetState> arrived = new LinkedBlockingQueue<>();
        platform.follow(
                DATASETS_STATES,
                new From.Beginning(),
                (state, source) -> {
                    if (state != null && name.equals(source.key())) {
                        arrived.add(state);
                    }
                });
        while (true) {
            DatasetState state =
                    platform.next(
                            arrived,
                            "the schedule service",
                            "the images are safe; see whether it is running");
            if (state.getEndOffset() >= end) {
                return state;
            }
        }
    }
}
