package io.langevin.datasets;

import io.langevin.datasets.pixels.ImageDecoder;
import io.langevin.datasets.pixels.ImageStructure;
import io.langevin.datasets.pixels.Picture;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Images of one size, 8 bits a channel, in memory and beyond 256 MiB in a mapped file. Safe to read
 * from several threads.
 */
public final class ImageDataset {
    private static final long MAXIMUM_PIXELS_OF_ONE = 4_000_000;

    /** Of an image that anybody may add. */
    public static final long MOST_OPEN_PIXELS = 16_000_000;

    private static final int FEWEST_HELD_OUT = 10;

    private final ImageShape shape;
    private final PixelStore pixels;
    private final String fingerprint;
    private final List<String> skipped;
    private final List<LeftOut> leftOut;
    private final Map<String, Integer> sizes;

    /** Which of the images that {@code pixels} holds are those of this set, in their order. */
    private final int[] rows;

    private ImageDataset(DatasetReader.Contents contents) {
        this.shape = contents.shape();
        this.pixels = contents.pixels();
        this.fingerprint = contents.fingerprint();
        this.skipped = List.copyOf(contents.skipped());
        this.leftOut = contents.leftOut();
        this.sizes = contents.sizes();
        this.rows = IntStream.range(0, pixels.count()).toArray();
    }

    /** A part of a set: its pixels are not copied. */
    private ImageDataset(ImageDataset whole, int[] rows) {
        this.shape = whole.shape;
        this.pixels = whole.pixels;
        this.fingerprint = whole.fingerprint;
        this.skipped = whole.skipped;
        this.leftOut = whole.leftOut;
        this.sizes = whole.sizes;
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
     * Reads a folder of image files, archives or batches, or one of them: PNG, JPEG, WebP, GIF, BMP
     * and TIFF, in zips and tars as well; IDX, CIFAR and NumPy files. Images are turned as their
     * EXIF data say, centre-cropped to a square and area-averaged to the size asked for.
     *
     * @throws DatasetException where there are no images, or more than 1 % of them are broken or
     *     smaller than the size asked for
     */
    public static ImageDataset read(Path location, ImageShape shape) {
        try (var reader = new DatasetReader(location.getFileName().toString(), shape)) {
            source(location).readInto(reader);
            return new ImageDataset(reader.contents());
        } catch (IOException e) {
            throw new DatasetException(
                    "%s: cannot be read: %s".formatted(location.getFileName(), e), e);
        }
    }

    /**
     * The pictures and image files of what {@link #read} reads, as they are.
     *
     * @throws DatasetException when it is read, where a file is of no form that is known
     */
    public static PictureSource source(Path location) {
        return sink -> {
            for (PictureSource source : DatasetFiles.sources(location, sink)) {
                source.readInto(sink);
            }
        };
    }

    /**
     * Reads what anybody may add to and nobody can take back: what cannot be used is left out,
     * however much of it there is.
     *
     * @param name of the data set
     * @throws DatasetException where there are no images
     */
    public static ImageDataset readOpen(String name, PictureSource source, ImageShape shape) {
        try (var reader = DatasetReader.lenient(name, shape)) {
            source.readInto(reader);
            return new ImageDataset(reader.contents());
        } catch (IOException e) {
            throw new UncheckedIOException("%s: cannot be read: %s".formatted(name, e), e);
        }
    }

    /** Whether a file begins as PNG or JPEG files do. */
    public static boolean isImage(byte[] file) {
        Optional<ImageStructure.Format> format = ImageStructure.formatOf(file);
        return format.isPresent()
                && (format.get() == ImageStructure.Format.PNG
                        || format.get() == ImageStructure.Format.JPEG);
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
            if (!isImage(file)) {
                throw new IOException("neither PNG nor JPEG");
            }
            picture = ImageDecoder.decode(file, MAXIMUM_PIXELS_OF_ONE);
        } catch (IOException e) {
            throw new DatasetException("must be a PNG or JPEG image: " + e.getMessage(), e);
        }
        int channels = shape.channels() == 0 ? picture.channels() : shape.channels();
        byte[] pixels;
        try {
            pixels = picture.fitted(shape.size(), channels).pixels();
        } catch (IllegalArgumentException e) {
            throw new DatasetException(e.getMessage(), e);
        }
        float[] numbers = new float[pixels.length];
        for (int k = 0; k < numbers.length; k++) {
            numbers[k] = (pixels[k] & 0xFF) / 255f;
        }
        return numbers;
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

    /** How many images could not be used, whether they count against the data or not. */
    public int unusable() {
        return skipped.size()
                + leftOut.stream()
                        .filter(files -> files.why().equals(LeftOut.UNUSABLE))
                        .mapToInt(LeftOut::count)
                        .sum();
    }

    /** Files that are none of the data, by the reason. */
    public List<LeftOut> leftOut() {
        return leftOut;
    }

    /** How many images of each size there are, such as 640×480. */
    public Map<String, Integer> sizes() {
        return sizes;
    }

    /** Writes image {@code index}, 0 to 1, channel by channel, at {@code offset}. */
    public void copyInto(float[] target, int offset, int index, boolean mirrored) {
        int size = shape.size();
        byte[] image = new byte[dimension()];
        pixels.read(rows[index], image);
        for (int row = 0; row < channels() * size; row++) {
            for (int x = 0; x < size; x++) {
                int column = mirrored ? size - 1 - x : x;
                target[offset + row * size + x] = (image[row * size + column] & 0xFF) / 255f;
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
