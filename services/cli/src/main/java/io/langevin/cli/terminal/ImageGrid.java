package io.langevin.cli.terminal;

import io.langevin.records.GeneratedImage;
import java.awt.Graphics2D;
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
        int rows = (images.size() + columns - 1) / columns;
        GeneratedImage first = images.get(0);
        int scale = Math.max(1, WANTED_TILE / first.getHeight());
        int width = scale * first.getWidth();
        int height = scale * first.getHeight();
        int type =
                first.getChannels() == 1
                        ? BufferedImage.TYPE_BYTE_GRAY
                        : BufferedImage.TYPE_3BYTE_BGR;
        var grid =
                new BufferedImage(columns * (width + GAP) - GAP, rows * (height + GAP) - GAP, type);
        Graphics2D graphics = grid.createGraphics();
        for (int i = 0; i < images.size(); i++) {
            int x = i % columns * (width + GAP);
            int y = i / columns * (height + GAP);
            graphics.drawImage(decoded(images.get(i)), x, y, width, height, null);
        }
        graphics.dispose();
        write(grid, file);
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

    private static void write(BufferedImage image, Path path) {
        File file = path.toAbsolutePath().toFile();
        try {
            Files.createDirectories(file.getParentFile().toPath());
            ImageIO.write(image, "png", file);
        } catch (IOException e) {
            throw new CommandFailure("cannot write %s: %s".formatted(path, e.getMessage()));
        }
    }
}
