package io.langevin.datasets;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/** Takes the pictures of a data set one by one; keeps their pixels at the size asked for. */
final class DatasetReader implements PictureSource.Sink {
    private static final int NAMED = 3;

    private final String name;
    private final ImageShape shape;
    private final int keptChannels;
    private final ByteArrayOutputStream pixels = new ByteArrayOutputStream(1 << 20);
    private final List<byte[]> digests = new ArrayList<>();
    private final List<String> skipped = new ArrayList<>();
    private boolean coloured;

    DatasetReader(String name, ImageShape shape) {
        this.name = name;
        this.shape = shape;
        this.keptChannels = shape.channels() == 0 ? 3 : shape.channels();
    }

    @Override
    public void accept(String file, Picture picture) {
        Picture fitted;
        try {
            fitted = picture.fitted(shape.size(), keptChannels);
        } catch (DatasetException e) {
            broken(file, e.getMessage());
            return;
        }
        coloured |= picture.channels() == 3;
        digests.add(digest(picture));
        if ((long) pixels.size() + fitted.pixels().length > Integer.MAX_VALUE - 64) {
            throw new DatasetException(
                    "%s: more than 2 GiB of pixels at %d×%d; ask for a smaller size"
                            .formatted(name, shape.size(), shape.size()));
        }
        pixels.writeBytes(fitted.pixels());
    }

    @Override
    public void broken(String file, String why) {
        skipped.add(file + ": " + why);
    }

    /**
     * All that was read.
     *
     * @param pixels of all images, one after the other
     * @param fingerprint SHA-256 over the content, hexadecimal
     * @param skipped files that could not be used, and why
     */
    record Contents(ImageShape shape, byte[] pixels, String fingerprint, List<String> skipped) {}

    /**
     * @throws DatasetException where there are no images, or more than 1 % of them cannot be used
     */
    Contents contents() {
        int read = digests.size();
        if (skipped.size() * 100L > read + skipped.size()) {
            throw new DatasetException(
                    "%s: %d of %d images cannot be used, more than 1 %%: %s%s"
                            .formatted(
                                    name,
                                    skipped.size(),
                                    read + skipped.size(),
                                    String.join(
                                            "; ",
                                            skipped.subList(0, Math.min(NAMED, skipped.size()))),
                                    skipped.size() > NAMED ? "; …" : ""));
        }
        if (read == 0) {
            throw new DatasetException(name + ": must hold at least one image, but holds none");
        }
        if (shape.channels() == 0 && !coloured) {
            return new Contents(
                    new ImageShape(shape.size(), 1), firstOfThree(), fingerprint(), skipped);
        }
        return new Contents(
                new ImageShape(shape.size(), keptChannels),
                pixels.toByteArray(),
                fingerprint(),
                skipped);
    }

    private byte[] firstOfThree() {
        byte[] all = pixels.toByteArray();
        int plane = shape.size() * shape.size();
        byte[] first = new byte[all.length / 3];
        for (int i = 0; i < digests.size(); i++) {
            System.arraycopy(all, 3 * i * plane, first, i * plane, plane);
        }
        return first;
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
}
