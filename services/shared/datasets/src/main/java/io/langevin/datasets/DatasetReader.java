package io.langevin.datasets;

import io.langevin.datasets.pixels.ImageDecoder;
import io.langevin.datasets.pixels.Picture;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;

/**
 * Takes the pictures of a data set in their order, decodes and reduces many at a time, and keeps
 * their pixels at the size asked for.
 */
final class DatasetReader implements PictureSource.Sink, AutoCloseable {
    private static final int NAMED = 3;
    private static final int MOST_UNDER_WAY = 256;
    private static final long MOST_BYTES_UNDER_WAY = 64 << 20;
    private static final long HEAP_BYTES = 256 << 20;

    private final String name;
    private final ImageShape shape;
    private final boolean lenient;
    private final int keptChannels;
    private final PixelStore pixels;
    private final List<byte[]> digests = new ArrayList<>();
    private final List<String> broken = new ArrayList<>();
    private final Map<String, LeftOut> leftOut = new LinkedHashMap<>();
    private final Map<String, Integer> sizes = new TreeMap<>();
    private final Deque<UnderWay> underWay = new ArrayDeque<>();
    private final ExecutorService threads =
            Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors());
    private long bytesUnderWay;
    private boolean coloured;

    /** An image on its way through a thread. */
    private record UnderWay(String name, int bytes, Future<Fitted> result) {}

    /**
     * @param size the picture's own, in words
     */
    private record Fitted(byte[] pixels, byte[] digest, boolean coloured, String size) {}

    DatasetReader(String name, ImageShape shape) {
        this(name, shape, false);
    }

    private DatasetReader(String name, ImageShape shape, boolean lenient) {
        this.name = name;
        this.lenient = lenient;
        this.shape = shape;
        this.keptChannels = shape.channels() == 0 ? 3 : shape.channels();
        this.pixels = new PixelStore(keptChannels * shape.size() * shape.size(), HEAP_BYTES);
    }

    @Override
    public void accept(String file, Picture picture) {
        begin(file, picture.pixels().length, () -> fitted(picture));
    }

    @Override
    public void decode(String file, byte[] bytes) {
        begin(file, bytes.length, () -> fitted(ImageDecoder.decode(bytes, mostPixels())));
    }

    /** One that leaves out what cannot be used, however much of it there is. */
    static DatasetReader lenient(String name, ImageShape shape) {
        return new DatasetReader(name, shape, true);
    }

    private long mostPixels() {
        return lenient ? ImageDataset.MOST_OPEN_PIXELS : ImageDecoder.MAXIMUM_PIXELS;
    }

    private Fitted fitted(Picture picture) {
        return new Fitted(
                picture.fitted(shape.size(), keptChannels).pixels(),
                digest(picture),
                picture.channels() == 3,
                picture.width() + "×" + picture.height());
    }

    private void begin(String file, int bytes, Callable<Fitted> work) {
        underWay.add(new UnderWay(file, bytes, threads.submit(work)));
        bytesUnderWay += bytes;
        while (underWay.size() > MOST_UNDER_WAY || bytesUnderWay > MOST_BYTES_UNDER_WAY) {
            take(underWay.removeFirst());
        }
    }

    /** Whatever goes wrong inside a decoder is a fault of the file. */
    private void take(UnderWay image) {
        bytesUnderWay -= image.bytes();
        try {
            Fitted fitted = image.result().get();
            coloured |= fitted.coloured();
            digests.add(fitted.digest());
            sizes.merge(fitted.size(), 1, Integer::sum);
            pixels.add(fitted.pixels());
        } catch (ExecutionException e) {
            Throwable why = e.getCause();
            if (why instanceof OutOfMemoryError && !lenient) {
                throw new DatasetException(
                        "%s: %s needs more memory than there is".formatted(name, image.name()),
                        why);
            }
            broken(image.name(), why.getMessage() == null ? why.toString() : why.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UncheckedIOException("reading " + name, new ClosedByInterruptException());
        }
    }

    @Override
    public void broken(String file, String why) {
        if (lenient) {
            leftOut(file + ": " + why, LeftOut.UNUSABLE);
        } else {
            broken.add(file + ": " + why);
        }
    }

    @Override
    public void leftOut(String file, String why) {
        leftOut.merge(
                why,
                new LeftOut(why, 1, List.of(file)),
                (before, one) ->
                        new LeftOut(
                                why,
                                before.count() + 1,
                                before.count() < NAMED
                                        ? Stream.concat(
                                                        before.examples().stream(),
                                                        one.examples().stream())
                                                .toList()
                                        : before.examples()));
    }

    /**
     * All that was read.
     *
     * @param pixels of all images; where the data are grey and are wanted as they are, the first
     *     channel of each is all that counts
     * @param fingerprint SHA-256 over the content, hexadecimal
     * @param skipped files that could not be used, and why
     * @param leftOut files that are none of the data
     * @param sizes how many images of each size there are, such as 640×480
     */
    record Contents(
            ImageShape shape,
            PixelStore pixels,
            String fingerprint,
            List<String> skipped,
            List<LeftOut> leftOut,
            Map<String, Integer> sizes) {}

    /**
     * @throws DatasetException where there are no images, or more than 1 % of them cannot be used
     */
    Contents contents() {
        while (!underWay.isEmpty()) {
            take(underWay.removeFirst());
        }
        int read = digests.size();
        if (broken.size() * 100L > read + broken.size()) {
            throw new DatasetException(
                    "%s: %d of %d images cannot be used, more than 1 %%: %s%s"
                            .formatted(
                                    name,
                                    broken.size(),
                                    read + broken.size(),
                                    String.join("; ", first(broken)),
                                    broken.size() > NAMED ? "; …" : ""));
        }
        List<LeftOut> others = List.copyOf(leftOut.values());
        if (read == 0) {
            throw new DatasetException(
                    "%s: must hold at least one image, but holds none%s"
                            .formatted(name, others.isEmpty() ? "" : "; left out: " + others));
        }
        int channels = shape.channels() == 0 && !coloured ? 1 : keptChannels;
        return new Contents(
                new ImageShape(shape.size(), channels),
                pixels,
                fingerprint(),
                broken,
                others,
                sizes);
    }

    private static List<String> first(List<String> names) {
        return List.copyOf(names.subList(0, Math.min(NAMED, names.size())));
    }

    private String fingerprint() {
        MessageDigest all = sha256();
        digests.stream().sorted(Arrays::compareUnsigned).forEach(all::update);
        return HexFormat.of().formatHex(all.digest());
    }

    private static byte[] digest(Picture picture) {
        MessageDigest digest = sha256();
        digest.update(
                ByteBuffer.allocate(12)
                        .putInt(picture.width())
                        .putInt(picture.height())
                        .putInt(picture.channels())
                        .array());
        return digest.digest(picture.pixels());
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
