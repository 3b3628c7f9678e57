package io.langevin.datasets;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Images of one size, 8 bits a channel, in memory. Safe to read from several threads. */
public final class ImageDataset {
    private static final long MAXIMUM_PIXELS_OF_ONE = 4_000_000;
    private static final int FEWEST_HELD_OUT = 10;

    private final ImageShape shape;
    private final byte[] pixels;
    private final String fingerprint;
    private final List<String> skipped;

    /** Which of the images that {@code pixels} holds are those of this set, in their order. */
    private final int[] rows;

    private ImageDataset(DatasetReader.Contents contents) {
        this.shape = contents.shape();
        this.pixels = contents.pixels();
        this.fingerprint = contents.fingerprint();
        this.skipped = List.copyOf(contents.skipped());
        this.rows = IntStream.range(0, pixels.length / dimension()).toArray();
    }

    /** A part of a set: its pixels are not copied. */
    private ImageDataset(ImageDataset whole, int[] rows) {
        this.shape = whole.shape;
        this.pixels = whole.pixels;
        this.fingerprint = whole.fingerprint;
        this.skipped = whole.skipped;
        this.rows = rows;
    }

    /**
     * Images to train on, and images to measure with that training never sees.
     *
     * @param heldOut empty where too few would be left to measure with
     */
    public record Split(ImageDataset training, Optional<ImageDataset> heldOut) {}

    /**
     * Holds back a share of the images, evenly spaced, always the same ones. Both parts have the
     * fingerprint of the whole.
     *
     * @param share from 0 to 0.5; where it is fewer than 10 images, none is held back
     */
    public Split split(double share) {
        int count = (int) (share * size());
        if (count < FEWEST_HELD_OUT) {
            return new Split(this, Optional.empty());
        }
        boolean[] held = new boolean[size()];
        for (int i = 0; i < count; i++) {
            held[(int) ((i + 0.5) * size() / count)] = true;
        }
        return new Split(
                new ImageDataset(this, where(held, false)),
                Optional.of(new ImageDataset(this, where(held, true))));
    }

    private int[] where(boolean[] held, boolean wanted) {
        return IntStream.range(0, rows.length)
                .filter(i -> held[i] == wanted)
                .map(i -> rows[i])
                .toArray();
    }

    /**
     * Reads a folder, a zip, an IDX file or a CIFAR-10 batch, or a folder of either. Images are
     * centre-cropped to a square and area-averaged to the size asked for.
     *
     * @throws DatasetException where there are no images, or more than 1 % of them are broken or
     *     smaller than the size asked for
     */
    public static ImageDataset read(Path location, ImageShape shape) {
        DatasetReader reader = new DatasetReader(location.getFileName().toString(), shape);
        try {
            for (PictureSource source : sources(location)) {
                source.readInto(reader);
            }
        } catch (IOException e) {
            throw new DatasetException(
                    "%s: cannot be read: %s".formatted(location.getFileName(), e), e);
        }
        return new ImageDataset(reader.contents());
    }

    /** Whether a file begins as PNG or JPEG files do. */
    public static boolean isImage(byte[] file) {
        return ImageStructure.formatOf(file).isPresent();
    }

    /**
     * One PNG or JPEG of at most 4 million pixels: centre crop, area average, channels as asked
     * for.
     *
     * @return channels·size·size numbers, 0 to 1, channel by channel
     * @throws DatasetException where it cannot be read or is smaller than asked for
     */
    public static float[] decode(byte[] file, ImageShape shape) {
        Picture picture;
        try {
            picture = ImageFiles.decode(file, MAXIMUM_PIXELS_OF_ONE);
        } catch (IOException | RuntimeException | StackOverflowError e) {
            throw new DatasetException(
                    "must be a PNG or JPEG image: "
                            + (e.getMessage() == null ? e.toString() : e.getMessage()));
        }
        int channels = shape.channels() == 0 ? picture.channels() : shape.channels();
        byte[] pixels = picture.fitted(shape.size(), channels).pixels();
        float[] numbers = new float[pixels.length];
        for (int k = 0; k < numbers.length; k++) {
            numbers[k] = (pixels[k] & 0xFF) / 255f;
        }
        return numbers;
    }

    private static List<PictureSource> sources(Path location) throws IOException {
        if (!Files.isDirectory(location)) {
            return List.of(source(location));
        }
        try (Stream<Path> files = Files.list(location)) {
            List<PictureSource> batches =
                    files.filter(f -> IdxFile.matches(f) || CifarFile.matches(f))
                            .sorted()
                            .map(ImageDataset::source)
                            .toList();
            return batches.isEmpty() ? List.of(new ImageFiles(location)) : batches;
        }
    }

    private static PictureSource source(Path file) {
        if (IdxFile.matches(file)) {
            return new IdxFile(file);
        }
        if (CifarFile.matches(file)) {
            return new CifarFile(file);
        }
        if (file.toString().endsWith(".zip")) {
            return new ImageFiles(file);
        }
        throw new DatasetException(
                "%s: must be a folder, a .zip, an IDX file (…-idx3-ubyte[.gz]) or a CIFAR-10 batch"
                        .formatted(file.getFileName()));
    }

    public int size() {
        return rows.length;
    }

    /** Height and width in pixels. */
    public int imageSize() {
        return shape.size();
    }

    /** 1 grey, 3 RGB. */
    public int channels() {
        return shape.channels();
    }

    /** D = C·H·W. */
    public int dimension() {
        return shape.channels() * shape.size() * shape.size();
    }

    /**
     * SHA-256 over what the images show at their own size: neither file names, order, format nor
     * the size asked for change it.
     */
    public String fingerprint() {
        return fingerprint;
    }

    /** Files left out, each with the reason. */
    public List<String> skipped() {
        return skipped;
    }

    /** Writes image {@code index}, 0 to 1, channel by channel, at {@code offset}. */
    public void copyInto(float[] target, int offset, int index, boolean mirrored) {
        int size = shape.size();
        int from = rows[index] * dimension();
        for (int row = 0; row < channels() * size; row++) {
            for (int x = 0; x < size; x++) {
                int column = mirrored ? size - 1 - x : x;
                target[offset + row * size + x] =
                        (pixels[from + row * size + column] & 0xFF) / 255f;
            }
        }
    }

    /** All images, 0 to 1: size()·dimension() numbers. */
    public float[] pixels() {
        return pixels(size());
    }

    /** At most so many images, evenly spaced, 0 to 1: their number times dimension() numbers. */
    public float[] pixels(int most) {
        int count = Math.min(most, size());
        float[] some = new float[Math.multiplyExact(count, dimension())];
        for (int i = 0; i < count; i++) {
            copyInto(some, i * dimension(), (int) ((long) i * size() / count), false);
        }
        return some;
    }
}
