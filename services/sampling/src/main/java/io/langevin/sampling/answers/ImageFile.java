package io.langevin.sampling.answers;

import io.langevin.records.ImageFormat;
import io.langevin.sampling.work.Picture;
import io.langevin.trajectory.Float32;
import java.awt.image.BufferedImage;
import java.awt.image.WritableRaster;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import javax.imageio.ImageIO;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** Pixels as the bytes of a file. */
public final class ImageFile {
    private ImageFile() {}

    /**
     * @param picture PNG clamps its numbers to 0 to 1
     * @param channels 1 grey, 3 RGB
     */
    public static byte[] of(Picture picture, int channels, ImageFormat format) {
        return switch (format) {
            case PNG -> png(picture, channels);
            case FLOAT32 -> Float32.bytes(picture.pixels()).array();
        };
    }

    private static byte[] png(Picture picture, int channels) {
        int width = picture.width();
        int height = picture.height();
        int type = channels == 1 ? BufferedImage.TYPE_BYTE_GRAY : BufferedImage.TYPE_3BYTE_BGR;
        BufferedImage image = new BufferedImage(width, height, type);
        WritableRaster raster = image.getRaster();
        int[] samples = new int[width * height];
        for (int c = 0; c < channels; c++) {
            for (int k = 0; k < samples.length; k++) {
                float clamped = Math.min(1, Math.max(0, picture.pixels()[c * samples.length + k]));
                samples[k] = Math.round(255 * clamped);
            }
            raster.setSamples(0, 0, width, height, c, samples);
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        // ImageIO's own stream would go through a file
        try (var stream = new MemoryCacheImageOutputStream(out)) {
            ImageIO.write(image, "png", stream);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }
}
