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
import java.util.ArrayList;
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
        draw(images.stream().map(ImageGrid::decoded).toList(), columns, file);
    }

    /**
     * Writes a PNG of as many columns as rows, or one more.
     *
     * @param pixels of square images, 0 to 1, image by image, channel by channel, row by row
     * @param channels 1 grey, 3 RGB
     * @param size height and width of an image in pixels
     */
    public static void write(float[] pixels, int channels, int size, Path file) {
        List<BufferedImage> images = new ArrayList<>();
        int plane = size * size;
        for (int from = 0; from < pixels.length; from += channels * plane) {
            var image =
                    new BufferedImage(
                            size,
                            size,
                            channels == 1
                                    ? BufferedImage.TYPE_BYTE_GRAY
                                    : BufferedImage.TYPE_3BYTE_BGR);
            for (int k = 0; k < channels * plane; k++) {
                int value = Math.round(255 * pixels[from + k]);
                int at = k % plane;
                image.getRaster().setSample(at % size, at / size, k / plane, value);
            }
            images.add(image);
        }
        draw(images, (int) Math.ceil(Math.sqrt(images.size())), file);
    }

    private static void draw(List<BufferedImage> images, int columns, Path file) {
        int rows = (images.size() + columns - 1) / columns;
        BufferedImage first = images.get(0);
        int scale = Math.max(1, WANTED_TILE / first.getHeight());
        int width = scale * first.getWidth();
        int height = scale * first.getHeight();
        int type =
                first.getColorModel().getNumComponents() == 1
                        ? BufferedImage.TYPE_BYTE_GRAY
                        : BufferedImage.TYPE_3BYTE_BGR;
        var grid =
                new BufferedImage(columns * (width + GAP) - GAP, rows * (height + GAP) - GAP, type);
        Graphics2D graphics = grid.createGraphics();
        for (int i = 0; i < images.size(); i++) {
            int x = i % columns * (width + GAP);
            int y = i / columns * (height + GAP);
            graphics.drawImage(images.get(i), x, y, width, height, null);
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
