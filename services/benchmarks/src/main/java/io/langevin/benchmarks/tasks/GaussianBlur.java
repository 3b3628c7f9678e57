package io.langevin.benchmarks.tasks;

/** A Gaussian blur by its sum; beyond its edges an image goes on as its mirror image. */
final class GaussianBlur {
    private GaussianBlur() {}

    /**
     * @param image grey, size·size numbers
     * @param deviation of the Gaussian in pixels
     */
    static float[] of(float[] image, int size, double deviation) {
        int reach = (int) Math.ceil(4 * deviation);
        double[] weights = new double[2 * reach + 1];
        double total = 0;
        for (int k = -reach; k <= reach; k++) {
            weights[k + reach] = Math.exp(-0.5 * k * k / (deviation * deviation));
            total += weights[k + reach];
        }
        float[] blurred = new float[image.length];
        for (int y = 0; y < size; y++) {
            for (int x = 0; x < size; x++) {
                double sum = 0;
                for (int dy = -reach; dy <= reach; dy++) {
                    for (int dx = -reach; dx <= reach; dx++) {
                        sum +=
                                weights[dy + reach]
                                        * weights[dx + reach]
                                        * image[
                                                mirrored(y + dy, size) * size
                                                        + mirrored(x + dx, size)];
                    }
                }
                blurred[y * size + x] = (float) (sum / (total * total));
            }
        }
        return blurred;
    }

    private static int mirrored(int at, int size) {
        int within = Math.floorMod(at, 2 * size);
        return within < size ? within : 2 * size - 1 - within;
    }
}
