package io.langevin.paper;

import io.langevin.cli.terminal.CommandFailure;
import io.langevin.datasets.DatasetException;
import io.langevin.datasets.ImageDataset;
import io.langevin.datasets.ImageShape;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Which images, and where the figure goes. */
final class DataOptions {
    @Option(
            names = "--dataset",
            paramLabel = "PATH",
            description = "Folder or file of images; by default the bundled clothes.")
    Path dataset;

    @Option(
            names = "--size",
            defaultValue = "16",
            description = "Height and width in pixels (default: ${DEFAULT-VALUE}).")
    int size;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            defaultValue = "figures",
            description = "Where picture and numbers go (default: ${DEFAULT-VALUE}).")
    Path out;

    ImageDataset read() {
        Path bundled =
                Path.of(System.getProperty("langevin.home", "."))
                        .resolve("services/local/bundled/datasets/fashion");
        try {
            return ImageDataset.read(dataset == null ? bundled : dataset, new ImageShape(size, 0));
        } catch (DatasetException e) {
            throw new CommandFailure(e.getMessage());
        }
    }
}
