package io.langevin.datasets.pixels;

import io.langevin.datasets.pixels.ImageStructure.Format;
import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;

/** From the bytes of an image file to its pixels, upright, 8 bits a channel. */
public final class ImageDecoder {
    public static final long MAXIMUM_PIXELS = 64_000_000;

    /** A largest image may be decoded in as many scans as encoders write. */
    private static final long MOST_PASSES = 16;

    /** What decoders and what becomes of their images take, for each pixel. */
    private static final int BYTES_A_PIXEL = 16;

    /** Thousands of pixels that are decoded at a time in all threads: a quarter of the memory. */
    private static final int DECODED =
            (int)
                    Math.max(
                            1,
                            Math.min(
                                    Integer.MAX_VALUE,
                                    Runtime.getRuntime().maxMemory() / 4 / BYTES_A_PIXEL / 1_000));

    private static final Semaphore ROOM = new Semaphore(DECODED);

    /** Cyan, magenta, yellow and black. */
    private static final int PRINTED = 4;

    private ImageDecoder() {}

    /**
     * The first image of a file.
     *
     * @throws IOException where it is of no known format, damaged, or has more pixels
     * @throws OutOfMemoryError where it says that it is larger than the memory, be that so or not
     */
    public static Picture decode(byte[] bytes, long maximumPixels) throws IOException {
        try {
            return decoded(bytes, maximumPixels);
        } catch (RuntimeException | StackOverflowError e) { // of a decoder of damaged data
            throw new IOException(e.getMessage() == null ? e.toString() : e.getMessage(), e);
        }
    }

    private static Picture decoded(byte[] bytes, long maximumPixels) throws IOException {
        ImageStructure structure = ImageStructure.of(bytes);
        // in memory: the stream that ImageIO would make itself keeps its bytes in a file
        try (ImageInputStream in =
                new MemoryCacheImageInputStream(new ByteArrayInputStream(bytes))) {
            ImageReader reader = reader(structure);
            try {
                reader.setInput(in, true, true);
                long pixels = (long) reader.getWidth(0) * reader.getHeight(0);
                if (pixels > maximumPixels) {
                    throw new IOException(
                            "an image of over %d million pixels"
                                    .formatted(maximumPixels / 1_000_000));
                }
                if (pixels * structure.scans() > MOST_PASSES * maximumPixels) {
                    throw new IOException(
                            "an image of %d pixels in %d scans, too many to decode"
                                    .formatted(pixels, structure.scans()));
                }
                List<String> warnings = new ArrayList<>();
                reader.addIIOReadWarningListener((from, warning) -> warnings.add(warning));
                BufferedImage image = read(reader, pixels);
                requireWhole(warnings);
                return Orientation.upright(
                        overBlack(image),
                        Orientation.of(ExifSegment.of(bytes, structure.format())));
            } finally {
                reader.dispose();
            }
        }
    }

    /** Many at a time, as long as all that are decoded fit into a part of the memory. */
    private static BufferedImage read(ImageReader reader, long pixels) throws IOException {
        int part = (int) Math.min(DECODED, pixels / 1_000 + 1);
        ROOM.acquireUninterruptibly(part);
        try {
            return reader.read(0);
        } finally {
            ROOM.release(part);
        }
    }

    /** The JDK's, but for what it has none for: WebP, and JPEG in the colours of print. */
    private static ImageReader reader(ImageStructure structure) throws IOException {
        boolean ofJdk = structure.channels() != PRINTED && structure.format() != Format.WEBP;
        Iterator<ImageReader> readers =
                ImageIO.getImageReadersByFormatName(structure.format().name());
        while (readers.hasNext()) {
            ImageReader reader = readers.next();
            if (reader.getClass().getModule().equals(ImageIO.class.getModule()) == ofJdk) {
                return reader;
            }
        }
        throw new IOException("there is no reader of " + structure.format());
    }

    /** Where data is missing, a decoder fills up with grey and only warns. */
    private static void requireWhole(List<String> warnings) throws IOException {
        for (String warning : warnings) {
            if (warning.contains("remature end")) {
                throw new IOException("a JPEG file whose data ends early");
            }
        }
    }

    /** Alpha is composed over black; an image without colour becomes one channel. */
    private static Picture overBlack(BufferedImage image) {
        if (image.getColorModel().getColorSpace().getNumComponents() == 1) {
            return greyOverBlack(image);
        }
        Picture picture = colourOverBlack(image);
        return hasGreyPalette(image) ? picture.firstChannel() : picture;
    }

    /** Grey of 1, 2 or 4 bits comes as a palette. */
    private static boolean hasGreyPalette(BufferedImage image) {
        return image.getColorModel() instanceof IndexColorModel palette
                && IntStream.range(0, palette.getMapSize())
                        .allMatch(
                                i ->
                                        palette.getRed(i) == palette.getGreen(i)
                                                && palette.getRed(i) == palette.getBlue(i));
    }

    /** Copies the samples themselves: Java's way from grey to RGB would change their values. */
    private static Picture greyOverBlack(BufferedImage image) {
        int width = image.getWidth();
        int height = image.getHeight();
        Raster raster = image.getRaster();
        int[] grey = raster.getSamples(0, 0, width, height, 0, (int[]) null);
        int[] alpha =
                raster.getNumBands() > 1
                        ? raster.getSamples(0, 0, width, height, 1, (int[]) null)
                        : new int[0];
        double full = (1L << raster.getSampleModel().getSampleSize(0)) - 1;
        byte[] pixels = new byte[width * height];
        for (int i = 0; i < pixels.length; i++) {
            double opacity = alpha.length == 0 ? 1 : alpha[i] / full;
            pixels[i] = (byte) Math.round(255 * opacity * grey[i] / full);
        }
        return new Picture(width, height, 1, pixels);
    }

    private static Picture colourOverBlack(BufferedImage image) {
        int width = image.getWidth();
        int height = image.getHeight();
        int plane = width * height;
        byte[] pixels = new byte[3 * plane];
        int[] row = new int[width];
        for (int y = 0; y < height; y++) {
            image.getRGB(0, y, width, 1, row, 0, width);
            for (int x = 0; x < width; x++) {
                int alpha = row[x] >>> 24;
                for (int c = 0; c < 3; c++) {
                    int value = row[x] >> (16 - 8 * c) & 0xFF;
                    pixels[c * plane + y * width + x] = (byte) ((value * alpha + 127) / 255);
                }
            }
        }
        return new Picture(width, height, 3, pixels);
    }
}
