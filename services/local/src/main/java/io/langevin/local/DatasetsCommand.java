package io.langevin.local;

import static io.langevin.messaging.Topics.DATASETS_STATES;
import static io.langevin.messaging.rules.RecordRules.between;

import io.langevin.artifacts.ArtifactStore;
import io.langevin.artifacts.ArtifactStores;
import io.langevin.cli.Connection;
import io.langevin.cli.terminal.CommandFailure;
import io.langevin.cli.terminal.ImageGrid;
import io.langevin.client.PlatformClient;
import io.langevin.datasets.DatasetException;
import io.langevin.datasets.ImageDataset;
import io.langevin.datasets.ImageShape;
import io.langevin.datasets.LeftOut;
import io.langevin.datasets.pixels.ContactSheet;
import io.langevin.datatopic.DatasetLibrary;
import io.langevin.datatopic.TopicRange;
import io.langevin.messaging.Broker;
import io.langevin.messaging.KafkaConfig;
import io.langevin.messaging.Schemas;
import io.langevin.process.Inert;
import io.langevin.process.Patience;
import io.langevin.records.DatasetState;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Says which data sets there are, and what is in one. */
@Command(
        name = "datasets",
        description =
                "List the data sets here; with NAME, say what is in one and what was left out of it.",
        footer = {
            "",
            "For example:",
            "  langevin datasets                              every data set that 'up' finds",
            "  langevin datasets fashion --sheet sheet.png    its images, and what they look like",
            "  langevin datasets topic:flowers                one whose images came as events",
            "  langevin datasets add flowers photos/          publishes images as events"
        },
        subcommands = AddImagesCommand.class)
final class DatasetsCommand implements Callable<Integer> {
    private static final int SHEET = 100;
    private static final int SIZES_NAMED = 5;
    private static final int SIDE = 32;

    @Mixin Connection connection;

    @Parameters(
            arity = "0..1",
            paramLabel = "NAME",
            description = "Name of a data set, as in a retraining request.")
    String name;

    @Option(
            names = "--data-dir",
            paramLabel = "DIR",
            defaultValue = "data",
            description = "The folder of 'up' (default: ${DEFAULT-VALUE}).")
    Path dataDir;

    @Option(
            names = "--datasets",
            paramLabel = "DIR",
            description = "A folder under which more data sets lie; may be repeated.")
    List<Path> datasets = List.of();

    @Option(
            names = "--size",
            description =
                    "Height and width of the images on the sheet (default: 32, or the smallest"
                            + " image's).")
    Integer size;

    @Option(
            names = "--sheet",
            paramLabel = "FILE",
            description = "Write a contact sheet of 100 images, evenly spaced, as PNG.")
    Path sheet;

    @Option(
            names = "--artifacts",
            paramLabel = "URI",
            description =
                    "Where a platform has large images; by default the store of the running 'up'.")
    URI artifacts;

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (size != null) {
            between("--size", size, 1, 1_024);
        }
        LocalConfig config =
                new LocalConfig(
                        dataDir,
                        LocalConfig.homeOfProcess(),
                        0,
                        0,
                        1,
                        LocalDevices.PROCESSOR,
                        datasets,
                        Optional.empty());
        Map<String, Path> known = known(config.roots().roots());
        if (name == null) {
            known.forEach((one, at) -> System.out.printf("%-24s %s%n", Inert.text(one), at));
            if (connection.isGivenOrRunning()) {
                try (PlatformClient platform = connection.platform()) {
                    platform.latest(DATASETS_STATES)
                            .forEach(
                                    (key, state) -> {
                                        if (key.equals(state.getDataset())) {
                                            say(state);
                                        }
                                    });
                }
            }
            return 0;
        }
        describe(config, known);
        return 0;
    }

    /** Names below the roots and where they lie; of two of one name, that of the first root. */
    private static Map<String, Path> known(List<Path> roots) throws IOException {
        Map<String, Path> known = new TreeMap<>();
        for (Path root : roots) {
            if (!Files.isDirectory(root)) {
                continue;
            }
            try (Stream<Path> entries = Files.list(root)) {
                entries.filter(path -> !path.getFileName().toString().startsWith("."))
                        .forEach(path -> known.putIfAbsent(path.getFileName().toString(), path));
            }
        }
        return known;
    }

    private static void say(DatasetState state) {
        System.out.printf(
                "%-24s %d images%s, largest distance %.4g, median %.4g at %d×%d%n",
                TopicRange.PREFIX + Inert.text(state.getDataset()),
                state.getImages(),
                state.getRefused() == 0 ? "" : ", %d not usable".formatted(state.getRefused()),
                state.getMaximumDistance(),
                state.getMedianDistance(),
                state.getImageSize(),
                state.getImageSize());
    }

    /** Its version and its images, from files here or from the topic of a platform. */
    private DatasetLibrary.Found read(LocalConfig config, String wanted, int side)
            throws InterruptedException {
        if (TopicRange.parse(wanted).isEmpty()) {
            return new DatasetLibrary.Found(
                    wanted,
                    ImageDataset.read(config.roots().resolve(wanted), new ImageShape(side, 0)));
        }
        KafkaConfig kafka = connection.kafka();
        Patience patience = PlatformClient.patience(connection.patience());
        Broker.await(kafka, patience);
        try (ArtifactStore store = ArtifactStores.open(connection.artifacts(artifacts))) {
            return new DatasetLibrary(config.roots(), kafka, new Schemas(kafka, patience), store)
                    .read(wanted, new ImageShape(side, 0));
        }
    }

    private void describe(LocalConfig config, Map<String, Path> known)
            throws IOException, InterruptedException {
        ImageDataset data;
        String version;
        try {
            DatasetLibrary.Found found = read(config, name, 1);
            data = found.data();
            version = found.version();
        } catch (DatasetException e) {
            throw new CommandFailure(
                    "%s; there are: %s"
                            .formatted(
                                    Inert.text(e.getMessage()),
                                    Inert.text(String.join(", ", known.keySet()))));
        }
        if (!version.equals(name)) {
            System.out.printf("%-12s %s%n", "version", version);
        }
        System.out.printf("%-12s %d%n", "images", data.size());
        System.out.printf("%-12s %s%n", "sizes", sizes(data.sizes()));
        System.out.printf("%-12s %s%n", "channels", data.channels() == 1 ? "1, grey" : "3, RGB");
        System.out.printf("%-12s %s%n", "fingerprint", data.fingerprint());
        for (LeftOut files : data.leftOut()) {
            System.out.printf("%-12s %s%n", "left out", Inert.text(files.toString()));
        }
        for (String file : data.skipped()) {
            System.out.printf("%-12s %s%n", "not usable", Inert.text(file));
        }
        if (sheet != null) {
            int side = size == null ? usualSide(data) : size;
            ImageDataset shown;
            try {
                shown = read(config, version, side).data();
            } catch (DatasetException e) {
                throw new CommandFailure(Inert.text(e.getMessage()));
            }
            ImageGrid.write(ContactSheet.of(shown.pixels(SHEET), shown.channels(), side), sheet);
            System.out.println("wrote " + sheet);
        }
    }

    /** No image is smaller than what it is brought to. */
    private static int usualSide(ImageDataset data) {
        int smallest =
                data.sizes().keySet().stream()
                        .flatMap(size -> Stream.of(size.split("×")))
                        .mapToInt(Integer::parseInt)
                        .min()
                        .orElse(SIDE);
        return Math.min(SIDE, smallest);
    }

    private static String sizes(Map<String, Integer> sizes) {
        List<String> most =
                sizes.entrySet().stream()
                        .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
                        .limit(SIZES_NAMED)
                        .map(size -> "%s (%d)".formatted(size.getKey(), size.getValue()))
                        .toList();
        return String.join(", ", most)
                + (sizes.size() > SIZES_NAMED
                        ? " and %d others".formatted(sizes.size() - SIZES_NAMED)
                        : "");
    }
}
