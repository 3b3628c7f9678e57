package io.langevin.benchmarks.tasks;

/** Bicubic interpolation (Keys 1981, a = −1/2); beyond its edges an image goes on as its edge. */
final class Bicubic {
    private Bicubic() {}

    /**
     * @param image grey, size·size numbers
     * @param factor how many pixels a side come of one
     */
    static float[] enlarged(float[] image, int size, int factor) {
        float[] rows = lines(image, size, size, factor);
        return transposed(
                lines(transposed(rows, size, size * factor), size * factor, size, factor),
                size * factor,
                size * factor);
    }

    /** Enlarges every row. */
    private static float[] lines(float[] image, int height, int width, int factor) {
        float[] large = new float[height * width * factor];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width * factor; x++) {
                double at = (x + 0.5) / factor - 0.5;
                int left = (int) Math.floor(at);
                double sum = 0;
                for (int k = left - 1; k <= left + 2; k++) {
                    int pixel = Math.min(width - 1, Math.max(0, k));
                    sum += weight(at - k) * image[y * width + pixel];
                }
                large[y * width * factor + x] = (float) sum;
            }
        }
        return large;
    }

    private static double weight(double distance) {
        double d = Math.abs(distance);
        if (d >= 2) {
            return 0;
        }
        return d < 1 ? (1.5 * d - 2.5) * d * d + 1 : ((-0.5 * d + 2.5) * d - 4) * d + 2;
    }

    private static float[] transposed(float[] image, int height, int width) {
        float[] turned = new float[image.length];
        for (int k = 0; k < image.length; k++) {
            turned[k % width * height + k / width] = image[k];
        }
        return turned;
    }
}
