package io.langevin.paper;

import io.langevin.cli.terminal.CommandFailure;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;

/** Images in panels, with a line of text over each. */
final class Pictures {
    private static final int GAP = 2;
    private static final int MARGIN = 16;
    private static final int TEXT = 28;

    private Pictures() {}

    /**
     * @param pixels images of channels·size·size numbers, 0 to 1 (clamped)
     */
    record Panel(String title, int channels, int size, float[] pixels, int columns) {
        private int count() {
            return pixels.length / (channels * size * size);
        }

        private BufferedImage draw(int scale) {
            int tile = size * scale + GAP;
            int rows = (count() + columns - 1) / columns;
            var image =
                    new BufferedImage(
                            columns * tile - GAP, rows * tile - GAP, BufferedImage.TYPE_INT_RGB);
            Graphics2D graphics = image.createGraphics();
            graphics.setColor(Color.WHITE);
            graphics.fillRect(0, 0, image.getWidth(), image.getHeight());
            for (int i = 0; i < count(); i++) {
                graphics.drawImage(
                        one(i),
                        i % columns * tile,
                        i / columns * tile,
                        size * scale,
                        size * scale,
                        null);
            }
            graphics.dispose();
            return image;
        }

        private BufferedImage one(int index) {
            var image = new BufferedImage(size, size, BufferedImage.TYPE_INT_RGB);
            int plane = size * size;
            for (int k = 0; k < plane; k++) {
                int rgb = 0;
                for (int c = 0; c < 3; c++) {
                    int channel = channels == 1 ? 0 : c;
                    float value = pixels[(index * channels + channel) * plane + k];
                    rgb = rgb << 8 | Math.round(255 * Math.min(1, Math.max(0, value)));
                }
                image.setRGB(k % size, k / size, rgb);
            }
            return image;
        }
    }

    /** Side by side, as NAME.png in the folder. */
    static void write(Path folder, String name, List<Panel> panels) {
        int scale = Math.max(1, 48 / panels.get(0).size());
        List<BufferedImage> drawn = panels.stream().map(panel -> panel.draw(scale)).toList();
        int width = MARGIN + drawn.stream().mapToInt(image -> image.getWidth() + MARGIN).sum();
        int height =
                TEXT + MARGIN + drawn.stream().mapToInt(BufferedImage::getHeight).max().orElse(0);
        var picture = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = picture.createGraphics();
        graphics.setRenderingHint(
                RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
        graphics.setColor(Color.WHITE);
        graphics.fillRect(0, 0, width, height);
        graphics.setColor(Color.BLACK);
        graphics.setFont(new Font(Font.SANS_SERIF, Font.PLAIN, 14));
        int x = MARGIN;
        for (int i = 0; i < drawn.size(); i++) {
            graphics.drawString(panels.get(i).title(), x, TEXT - 9);
            graphics.drawImage(drawn.get(i), x, TEXT, null);
            x += drawn.get(i).getWidth() + MARGIN;
        }
        graphics.dispose();
        try {
            Files.createDirectories(folder);
            ImageIO.write(picture, "png", folder.resolve(name + ".png").toFile());
        } catch (IOException e) {
            throw new CommandFailure("cannot write to %s: %s".formatted(folder, e.getMessage()));
        }
    }
}
