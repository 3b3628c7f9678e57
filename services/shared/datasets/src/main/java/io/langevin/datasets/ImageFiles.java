package io.langevin.datasets;

import java.awt.image.BufferedImage;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;

/** PNG and JPEG files in a folder and the folders below it, or in a zip. */
record ImageFiles(Path path) implements PictureSource {
    private static final long MAXIMUM_BYTES = 64L << 20;
    private static final long MAXIMUM_PIXELS = 64_000_000;

    /** A largest image may be decoded in as many scans as encoders write. */
    private static final long MOST_PASSES = 16;

    @Override
    public void readInto(Sink sink) throws IOException {
        if (Files.isDirectory(path)) {
            readFolder(sink);
            return;
        }
        readZip(sink);
    }

    private void readFolder(Sink sink) throws IOException {
        List<Path> files;
        try (Stream<Path> walk = Files.walk(path)) {
            files =
                    walk.filter(Files::isRegularFile)
                            .filter(f -> isImage(f.toString()))
                            .sorted()
                            .toList();
        }
        for (Path file : files) {
            String name = path.relativize(file).toString();
            if (!file.toRealPath().startsWith(path.toRealPath())) {
                sink.broken(name, "a link out of the data set");
                continue;
            }
            if (Files.size(file) > MAXIMUM_BYTES) {
                sink.broken(name, "a file of over 64 MiB");
                continue;
            }
            decode(name, Files.readAllBytes(file), sink);
        }
    }

    private void readZip(Sink sink) throws IOException {
        try (ZipFile zip = new ZipFile(path.toFile())) {
            List<? extends ZipEntry> entries =
                    zip.stream()
                            .filter(e -> !e.isDirectory() && isImage(e.getName()))
                            .sorted(Comparator.comparing(ZipEntry::getName))
                            .toList();
            for (ZipEntry entry : entries) {
                try (InputStream in = zip.getInputStream(entry)) {
                    byte[] bytes = in.readNBytes((int) MAXIMUM_BYTES + 1);
                    if (bytes.length > MAXIMUM_BYTES) {
                        sink.broken(entry.getName(), "a file of over 64 MiB");
                        continue;
                    }
                    decode(entry.getName(), bytes, sink);
                } catch (ZipException e) {
                    sink.broken(entry.getName(), e.getMessage());
                }
            }
        }
    }

    private static boolean isImage(String name) {
        return name.toLowerCase(Locale.ROOT).matches(".*\\.(png|jpe?g)");
    }

    /** Whatever goes wrong inside a decoder is a fault of the file. */
    private static void decode(String name, byte[] bytes, Sink sink) {
        Picture picture;
        try {
            picture = decode(bytes, MAXIMUM_PIXELS);
        } catch (IOException | RuntimeException | StackOverflowError e) {
            sink.broken(name, e.getMessage() == null ? e.toString() : e.getMessage());
            return;
        }
        sink.accept(name, picture);
    }

    static Picture decode(byte[] bytes, long maximumPixels) throws IOException {
        ImageStructure structure = ImageStructure.of(bytes);
        // in memory: the stream that ImageIO would make itself keeps its bytes in a file
        try (ImageInputStream in =
                new MemoryCacheImageInputStream(new ByteArrayInputStream(bytes))) {
            ImageReader reader =
                    ImageIO.getImageReadersByFormatName(structure.format().name()).next();
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
                BufferedImage image = reader.read(0);
                requireWhole(warnings);
                return overBlack(image);
            } finally {
                reader.dispose();
            }
        }
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
        boolean grey = image.getColorModel().getColorSpace().getNumComponents() == 1;
        return grey ? greyOverBlack(image) : colourOverBlack(image);
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
