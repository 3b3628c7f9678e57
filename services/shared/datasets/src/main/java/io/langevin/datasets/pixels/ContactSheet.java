package io.langevin.datasets.pixels;

import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;

/** Images of one shape side by side, row by row, each pixel enlarged where they are small. */
public final class ContactSheet {
    private static final int GAP = 2;
    private static final int WANTED_TILE = 96;

    private ContactSheet() {}

    /**
     * @param pixels of square images, clamped to 0..1, image by image, channel by channel, row by
     *     row
     * @param channels 1 grey, 3 RGB
     * @param size height and width of an image in pixels
     * @param tile pixels that a side of an image is enlarged to, as far as whole factors go
     * @return a grid of as many columns as rows, or one more
     */
    public static BufferedImage of(float[] pixels, int channels, int size, int tile) {
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
                float value = Math.min(1, Math.max(0, pixels[from + k]));
                int at = k % plane;
                image.getRaster()
                        .setSample(at % size, at / size, k / plane, Math.round(255 * value));
            }
            images.add(image);
        }
        return of(images, (int) Math.ceil(Math.sqrt(images.size())), tile);
    }

    /** The same images of at least 96 pixels each, for a person to look at. */
    public static BufferedImage of(float[] pixels, int channels, int size) {
        return of(pixels, channels, size, WANTED_TILE);
    }

    /** Images of the first one's size in so many columns. */
    public static BufferedImage of(List<BufferedImage> images, int columns) {
        return of(images, columns, WANTED_TILE);
    }

    private static BufferedImage of(List<BufferedImage> images, int columns, int tile) {
        int rows = (images.size() + columns - 1) / columns;
        BufferedImage first = images.get(0);
        int scale = Math.max(1, tile / first.getHeight());
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
        return grid;
    }

    /** The bytes of a PNG file. */
    public static byte[] png(BufferedImage image) {
        var bytes = new ByteArrayOutputStream();
        try {
            ImageIO.write(image, "png", bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }
}
