package io.langevin.quality;

/**
 * Square images of one shape.
 *
 * @param channels 1 (grey) or 3 (red, green, blue)
 * @param size height and width in pixels
 * @param pixels N·C·H·W numbers in 0..1, image by image, channel by channel, row by row; not
 *     copied, so leave them alone
 */
public record ImageSet(int channels, int size, float[] pixels) {
    public ImageSet {
        if (channels != 1 && channels != 3) {
            throw new IllegalArgumentException("channels: must be 1 or 3, not " + channels);
        }
        if (size < 1) {
            throw new IllegalArgumentException("size: must be at least 1, not " + size);
        }
        int each = Math.multiplyExact(channels, Math.multiplyExact(size, size));
        if (pixels.length == 0 || pixels.length % each != 0) {
            throw new IllegalArgumentException(
                    "pixels: must hold whole images of %d numbers, not %d numbers"
                            .formatted(each, pixels.length));
        }
        for (int k = 0; k < pixels.length; k++) {
            if (!(pixels[k] >= 0 && pixels[k] <= 1)) {
                throw new IllegalArgumentException(
                        "pixels: must lie in 0..1, but number %d of image %d is %s"
                                .formatted(k % each, k / each, pixels[k]));
            }
        }
    }

    /** Images whose pixels may lie outside 0..1, as a sampler leaves them: a clamped copy. */
    public static ImageSet clamped(int channels, int size, float[] pixels) {
        float[] clamped = new float[pixels.length];
        for (int k = 0; k < pixels.length; k++) {
            clamped[k] = Math.min(1, Math.max(0, pixels[k]));
        }
        return new ImageSet(channels, size, clamped);
    }

    /** Number of images, N. */
    public int count() {
        return pixels.length / dimension();
    }

    /** Numbers of one image, C·H·W. */
    public int dimension() {
        return channels * size * size;
    }

    /** The pixels themselves as features, for distances between images; not a copy. */
    public Features asFeatures() {
        return new Features(dimension(), pixels);
    }

    /** Channels and size in words, for messages. */
    String shape() {
        return "%d×%d pixels with %d %s"
                .formatted(size, size, channels, channels == 1 ? "channel" : "channels");
    }
}
