package io.langevin.local;

import static io.langevin.messaging.rules.RecordRules.requireModelName;

import io.langevin.artifacts.ArtifactId;
import io.langevin.artifacts.ArtifactStore;
import io.langevin.artifacts.ArtifactStores;
import io.langevin.cli.Connection;
import io.langevin.cli.PublishCommand;
import io.langevin.cli.PublishOptions;
import io.langevin.cli.terminal.CommandFailure;
import io.langevin.cli.terminal.InputFile;
import io.langevin.client.PlatformClient;
import io.langevin.noise.NoiseSchedule;
import io.langevin.noise.PublishedPreset;
import io.langevin.score.AuthorsCheckpoint;
import io.langevin.score.Checkpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.TypeConversionException;

/**
 * Publishes a checkpoint of the authors' code. It is here and not with the other commands, since
 * those know no network.
 */
@Command(
        name = "import",
        description =
                "Publish a checkpoint of the NCSNv2 authors' code (.pth) as a model's newest"
                        + " checkpoint. Nothing in the file is run.",
        footer = {
            "",
            "For example:",
            "  langevin import checkpoint_300000.pth --as cifar10 --preset cifar10"
        })
final class ImportCommand implements Callable<Integer> {
    @Mixin Connection connection;
    @Mixin PublishOptions target;

    @Parameters(paramLabel = "FILE", description = "What torch.save wrote.")
    Path file;

    @Option(
            names = "--preset",
            paramLabel = "NAME",
            converter = PresetName.class,
            description =
                    "The authors' settings for cifar10, celeba, church, bedroom, tower or ffhq; the"
                            + " options below take precedence.")
    PublishedPreset preset;

    @Option(names = "--image-size", paramLabel = "N", description = "Height and width in pixels.")
    Integer imageSize;

    @Option(
            names = "--steps-per-level",
            paramLabel = "T",
            description = "Langevin steps at each noise level.")
    Integer stepsPerLevel;

    @Option(names = "--epsilon", paramLabel = "E", description = "Langevin step size.")
    Double epsilon;

    @Option(names = "--no-denoise", description = "Leave out the last, denoising step.")
    boolean noDenoise;

    @Override
    public Integer call() throws InterruptedException, IOException {
        requireModelName(target.model);
        connection.kafka(); // says at once where no platform is running
        Checkpoint checkpoint = checkpoint();
        try (PlatformClient platform = connection.platform();
                ArtifactStore store = ArtifactStores.open(connection.artifacts(target.artifacts))) {
            ArtifactId id =
                    PublishCommand.publish(platform, store, checkpoint.bytes(), target.model);
            var network = checkpoint.architecture();
            System.out.printf(
                    "%s is now checkpoint %s: %s, ngf %d, %d×%d pixels, %d noise levels, weights: %s%n",
                    target.model,
                    id,
                    network.family().officialName(),
                    network.ngf(),
                    network.imageSize(),
                    network.imageSize(),
                    checkpoint.schedule().levels(),
                    checkpoint.origin().get("weights"));
        }
        return 0;
    }

    /** The file as a checkpoint of the platform; every complaint is a sentence with a remedy. */
    Checkpoint checkpoint() throws IOException {
        try {
            if (Files.exists(file)) {
                InputFile.require("FILE", file); // a pipe would be read for ever
            }
            Checkpoint checkpoint = AuthorsCheckpoint.read(file, sampling());
            checkLevels(checkpoint.schedule());
            return checkpoint;
        } catch (NoSuchFileException e) {
            throw new CommandFailure("there is no file %s: name a .pth file".formatted(file));
        } catch (IllegalArgumentException e) {
            throw new CommandFailure("%s cannot be imported: %s".formatted(file, e.getMessage()));
        }
    }

    private AuthorsCheckpoint.Sampling sampling() {
        if (preset == null && (imageSize == null || stepsPerLevel == null || epsilon == null)) {
            throw new CommandFailure(
                    "the file does not say how to sample from it: give its --preset, or"
                            + " --image-size, --steps-per-level and --epsilon");
        }
        return new AuthorsCheckpoint.Sampling(
                imageSize == null ? preset.pixels() : imageSize,
                stepsPerLevel == null ? preset.stepsPerLevel() : stepsPerLevel,
                epsilon == null ? preset.epsilon() : epsilon,
                !noDenoise,
                Optional.ofNullable(preset).map(PublishedPreset::schedule));
    }

    /** A file with other noise scales than its preset's was not trained with that preset. */
    private void checkLevels(NoiseSchedule found) {
        if (preset == null) {
            return;
        }
        int levels = preset.schedule().levels();
        if (Math.abs(found.levels() - levels) > Math.max(1, levels / 100)) {
            throw new CommandFailure(
                    "%s has %d noise levels, but preset %s has %d: name another --preset, or give"
                                    .formatted(file, found.levels(), preset.officialName(), levels)
                            + " --image-size, --steps-per-level and --epsilon instead");
        }
    }

    /** Reads a preset's name; an unknown one is wrong usage. */
    static final class PresetName implements ITypeConverter<PublishedPreset> {
        @Override
        public PublishedPreset convert(String name) {
            try {
                return PublishedPreset.named(name);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage());
            }
        }
    }
}
