package io.langevin.benchmarks.tasks;

import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.util.Random;

/** Images that are no clothes. */
final class UnusualImages {
    private UnusualImages() {}

    /** A white digit on black, of any size, place and typeface. */
    static float[] digit(int size, Random random) {
        var image = new BufferedImage(size, size, BufferedImage.TYPE_BYTE_GRAY);
        Graphics2D graphics = image.createGraphics();
        graphics.setRenderingHint(
                RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        String[] faces = {Font.SANS_SERIF, Font.SERIF, Font.MONOSPACED};
        int height = size * 2 / 3 + random.nextInt(size / 3);
        graphics.setFont(new Font(faces[random.nextInt(faces.length)], Font.BOLD, height));
        graphics.setColor(Color.WHITE);
        graphics.drawString(
                "" + random.nextInt(10), size / 5 + random.nextInt(size / 5), size - size / 6);
        graphics.dispose();
        float[] pixels = new float[size * size];
        for (int k = 0; k < pixels.length; k++) {
            pixels[k] = image.getRaster().getSample(k % size, k / size, 0) / 255f;
        }
        return pixels;
    }

    /** Every pixel for itself. */
    static float[] noise(int size, Random random) {
        float[] pixels = new float[size * size];
        for (int k = 0; k < pixels.length; k++) {
            pixels[k] = random.nextFloat();
        }
        return pixels;
    }

    /** Clouds: blurred noise with the contrast of a photograph. */
    static float[] clouds(int size, Random random) {
        float[] pixels = GaussianBlur.of(noise(size, random), size, 2);
        for (int k = 0; k < pixels.length; k++) {
            pixels[k] = Math.min(1, Math.max(0, 0.5f + 6 * (pixels[k] - 0.5f)));
        }
        return pixels;
    }
}
