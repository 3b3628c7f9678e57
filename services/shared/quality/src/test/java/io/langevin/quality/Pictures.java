package io.langevin.quality;

import java.util.Random;

/** Images for tests: a bright disc somewhere on a dark ground. */
final class Pictures {
    private Pictures() {}

    static ImageSet discs(int count, int channels, int size, long seed) {
        var random = new Random(seed);
        float[] pixels = new float[count * channels * size * size];
        int k = 0;
        for (int i = 0; i < count; i++) {
            double x = size * random.nextDouble();
            double y = size * random.nextDouble();
            double radius = size * (0.1 + 0.3 * random.nextDouble());
            for (int channel = 0; channel < channels; channel++) {
                for (int row = 0; row < size; row++) {
                    for (int column = 0; column < size; column++) {
                        double edge = radius - Math.hypot(row - y, column - x);
                        pixels[k++] = (float) Math.min(0.9, Math.max(0.1, 0.5 + edge));
                    }
                }
            }
        }
        return new ImageSet(channels, size, pixels);
    }

    /** With N(0, deviation²) on every pixel, clamped. */
    static ImageSet noisy(ImageSet images, double deviation, long seed) {
        var random = new Random(seed);
        float[] pixels = images.pixels().clone();
        for (int k = 0; k < pixels.length; k++) {
            pixels[k] += (float) (deviation * random.nextGaussian());
        }
        return ImageSet.clamped(images.channels(), images.size(), pixels);
    }
}
