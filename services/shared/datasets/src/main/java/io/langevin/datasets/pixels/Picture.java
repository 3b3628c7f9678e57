package io.langevin.datasets.pixels;

import java.util.Arrays;

/**
 * One image as it was read.
 *
 * @param width in pixels
 * @param height in pixels
 * @param channels 1 or 3
 * @param pixels 8 bits each, channel by channel, row by row
 */
public record Picture(int width, int height, int channels, byte[] pixels) {

    /** Centre crop to a square, area-averaged to {@code size}, with {@code wanted} channels. */
    public Picture fitted(int size, int wanted) {
        int side = Math.min(width, height);
        if (side < size) {
            throw new IllegalArgumentException(
                    "%d×%d pixels, smaller than the %d×%d asked for"
                            .formatted(width, height, size, size));
        }
        return withChannels(wanted).cropped(side).averaged(size);
    }

    /** Its first channel alone. */
    Picture firstChannel() {
        return new Picture(width, height, 1, Arrays.copyOf(pixels, width * height));
    }

    private Picture withChannels(int wanted) {
        if (wanted == channels) {
            return this;
        }
        int plane = width * height;
        byte[] changed = new byte[wanted * plane];
        for (int i = 0; i < plane; i++) {
            if (wanted == 1) {
                changed[i] = (byte) luminance(i, plane);
                continue;
            }
            changed[i] = changed[plane + i] = changed[2 * plane + i] = pixels[i];
        }
        return new Picture(width, height, wanted, changed);
    }

    /** ITU-R BT.601 luma. */
    private int luminance(int i, int plane) {
        int r = pixels[i] & 0xFF;
        int g = pixels[plane + i] & 0xFF;
        int b = pixels[2 * plane + i] & 0xFF;
        return (int) Math.round(0.299 * r + 0.587 * g + 0.114 * b);
    }

    private Picture cropped(int side) {
        if (side == width && side == height) {
            return this;
        }
        int left = (width - side) / 2;
        int top = (height - side) / 2;
        byte[] square = new byte[channels * side * side];
        for (int c = 0; c < channels; c++) {
            for (int y = 0; y < side; y++) {
                int from = (c * height + top + y) * width + left;
                System.arraycopy(pixels, from, square, (c * side + y) * side, side);
            }
        }
        return new Picture(side, side, channels, square);
    }

    /** Each new pixel is the mean of the area that it covers, edges counted by their share. */
    private Picture averaged(int size) {
        if (size == width) {
            return this;
        }
        double scale = (double) width / size;
        byte[] small = new byte[channels * size * size];
        double[] rows = new double[size * width];
        for (int c = 0; c < channels; c++) {
            for (int y = 0; y < size; y++) {
                averageRows(c, y * scale, (y + 1) * scale, rows, y * width);
            }
            for (int y = 0; y < size; y++) {
                for (int x = 0; x < size; x++) {
                    double mean = meanOf(rows, y * width, x * scale, (x + 1) * scale);
                    small[(c * size + y) * size + x] = (byte) Math.round(mean);
                }
            }
        }
        return new Picture(size, size, channels, small);
    }

    private void averageRows(int channel, double from, double to, double[] into, int offset) {
        for (int x = 0; x < width; x++) {
            double sum = 0;
            for (int y = (int) from; y < Math.min(height, Math.ceil(to)); y++) {
                double share = Math.min(to, y + 1) - Math.max(from, y);
                sum += share * (pixels[(channel * height + y) * width + x] & 0xFF);
            }
            into[offset + x] = sum / (to - from);
        }
    }

    private double meanOf(double[] row, int offset, double from, double to) {
        double sum = 0;
        for (int x = (int) from; x < Math.min(width, Math.ceil(to)); x++) {
            sum += (Math.min(to, x + 1) - Math.max(from, x)) * row[offset + x];
        }
        return sum / (to - from);
    }
}
