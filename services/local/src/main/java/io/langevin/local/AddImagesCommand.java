package io.langevin.local;

import static io.langevin.messaging.Topics.DATASETS_STATES;

import io.langevin.artifacts.ArtifactId;
import io.langevin.artifacts.ArtifactStore;
import io.langevin.artifacts.ArtifactStores;
import io.langevin.cli.Connection;
import io.langevin.cli.terminal.CommandFailure;
import io.langevin.client.PlatformClient;
import io.langevin.datasets.DatasetException;
import io.langevin.datasets.ImageDataset;
import io.langevin.datasets.PictureSource;
import io.langevin.datasets.pixels.Picture;
import io.langevin.datatopic.TopicImages;
import io.langevin.datatopic.TopicRange;
import io.langevin.messaging.KafkaConfig;
import io.langevin.messaging.Schemas;
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
import java.util.Optional;
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
            boolean usable = Files.isRegularFile(file) || Files.isDirectory(file); // no pipe
            if (!usable || !Files.isReadable(file)) {
                throw new CommandFailure(
                        "FILE: there is nothing to read at " + Inert.text("" + file));
            }
        }
        KafkaConfig kafka = connection.kafka();
        try (PlatformClient platform = connection.platform();
                ArtifactStore store = ArtifactStores.open(connection.artifacts(artifacts));
                var images =
                        PublishedImages.open(kafka, store, name, source, known(kafka, store))) {
            for (Path file : files) {
                add(file, images);
            }
            images.awaitSafe();
            System.out.printf(
                    "%d images added to topic:%s%s%n",
                    images.added(), name, Inert.text(images.others()));
            Optional<DatasetState> state =
                    images.end() > 0
                            ? Optional.of(state(platform, images.end()))
                            : Optional.ofNullable(platform.latest(DATASETS_STATES).get(name));
            state.ifPresent(this::say);
            return 0;
        } catch (IOException | DatasetException e) {
            throw new CommandFailure(Inert.text(String.valueOf(e.getMessage())));
        }
    }

    private static void add(Path file, PublishedImages images) {
        try {
            ImageDataset.source(file).readInto(images);
        } catch (IOException | DatasetException e) {
            images.awaitSafe();
            throw new CommandFailure(
                    "%s: %s; %d images were added before it"
                            .formatted(
                                    Inert.text("" + file),
                                    Inert.text(String.valueOf(e.getMessage())),
                                    images.added()));
        }
    }

    private void say(DatasetState state) {
        System.out.printf(
                "it has %d images%s%n",
                state.getImages(),
                state.getRefused() == 0
                        ? ""
                        : ", and %d that are not usable (see the topic datasets.images.dead)"
                                .formatted(state.getRefused()));
    }

    /** SHA-256 of each image that the data set has. */
    private Set<ArtifactId> known(KafkaConfig kafka, ArtifactStore store)
            throws InterruptedException, IOException {
        Set<ArtifactId> known = new HashSet<>();
        TopicImages.of(kafka, new Schemas(kafka), store, TopicRange.whole(name))
                .readInto(new Digests(known));
        return known;
    }

    /** Takes the digest of each image file. */
    private record Digests(Set<ArtifactId> known) implements PictureSource.Sink {
        @Override
        public void accept(String file, Picture picture) {
            throw new IllegalStateException("events hold files");
        }

        @Override
        public void decode(String file, byte[] bytes) {
            known.add(ArtifactId.of(bytes));
        }

        @Override
        public void broken(String file, String why) {} // it is sent again, should it be here

        @Override
        public void leftOut(String file, String why) {}
    }

    /** What the schedule service knows of the data set once it has looked at all that was sent. */
    private DatasetState state(PlatformClient platform, long end) throws InterruptedException {
        BlockingQueue<DatasetState> arrived = new LinkedBlockingQueue<>();
        platform.follow(
                DATASETS_STATES,
                new From.Beginning(),
                (state, source) -> {
                    if (state != null) {
                        arrived.add(state); // of others too: a service at work gives signs of life
                    }
                });
        while (true) {
            DatasetState state =
                    platform.next(
                            arrived,
                            "the schedule service",
                            "the images are with the broker; see whether the service is running, and"
                                    + " datasets.images.dead for what it refused");
            if (state.getDataset().equals(name) && state.getEndOffset() >= end) {
                return state;
            }
        }
    }
}
