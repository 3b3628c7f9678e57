package io.langevin.cli.terminal;

import io.langevin.datasets.pixels.ContactSheet;
import io.langevin.records.GeneratedImage;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;

/** Images side by side, row by row, each pixel enlarged so that small images can be looked at. */
public final class ImageGrid {
    private static final int GAP = 2;
    private static final int WANTED_TILE = 96;

    private ImageGrid() {}

    /** Writes a PNG of as many columns as rows, or one more. */
    public static void write(List<GeneratedImage> images, Path file) {
        write(images, (int) Math.ceil(Math.sqrt(images.size())), file);
    }

    /** Writes a PNG of so many columns. */
    public static void write(List<GeneratedImage> images, int columns, Path file) {
        write(ContactSheet.of(images.stream().map(ImageGrid::decoded).toList(), columns), file);
    }

    /** Writes a picture as a PNG. */
    public static void write(BufferedImage image, Path path) {
        File file = path.toAbsolutePath().toFile();
        try {
            Files.createDirectories(file.getParentFile().toPath());
            ImageIO.write(image, "png", file);
        } catch (IOException e) {
            throw new CommandFailure("cannot write %s: %s".formatted(path, e.getMessage()));
        }
    }

    /** The image's own bytes. */
    public static byte[] bytes(GeneratedImage image) {
        if (image.getBytes() == null) {
            throw new CommandFailure(
                    "image %d is large and lies in the artifact store as %s"
                            .formatted(image.getIndex(), image.getArtifact()));
        }
        var buffer = image.getBytes().duplicate();
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return bytes;
    }

    private static BufferedImage decoded(GeneratedImage image) {
        try {
            BufferedImage decoded = ImageIO.read(new ByteArrayInputStream(bytes(image)));
            if (decoded == null) {
                throw new CommandFailure(
                        "image %d is no picture: choose --out and another format"
                                .formatted(image.getIndex()));
            }
            return decoded;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
