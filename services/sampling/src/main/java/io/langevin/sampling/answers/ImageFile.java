package io.langevin.sampling.answers;

import io.langevin.records.ImageFormat;
import io.langevin.sampling.work.Picture;
import io.langevin.trajectory.Float32;
import java.awt.image.BufferedImage;
import java.awt.image.WritableRaster;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.ImageWriter;
import javax.imageio.metadata.IIOMetadata;
import javax.imageio.metadata.IIOMetadataNode;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** Pixels as the bytes of a file. */
public final class ImageFile {
    private ImageFile() {}

    /**
     * @param picture PNG clamps its numbers to 0 to 1
     * @param channels 1 grey, 3 RGB
     * @param text chunks of a PNG by their keyword, in Latin letters
     */
    public static byte[] of(
            Picture picture, int channels, ImageFormat format, Map<String, String> text) {
        return switch (format) {
            case PNG -> png(picture, channels, text);
            case FLOAT32 -> Float32.bytes(picture.pixels()).array();
        };
    }

    private static byte[] png(Picture picture, int channels, Map<String, String> text) {
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
            ImageWriter writer = ImageIO.getImageWritersByFormatName("png").next();
            writer.setOutput(stream);
            writer.write(new IIOImage(image, null, metadata(writer, image, text)));
            writer.dispose();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    private static IIOMetadata metadata(
            ImageWriter writer, BufferedImage image, Map<String, String> text) throws IOException {
        var type = ImageTypeSpecifier.createFromRenderedImage(image);
        IIOMetadata metadata = writer.getDefaultImageMetadata(type, null);
        var chunks = new IIOMetadataNode("tEXt");
        text.forEach(
                (keyword, value) -> {
                    var chunk = new IIOMetadataNode("tEXtEntry");
                    chunk.setAttribute("keyword", keyword);
                    chunk.setAttribute("value", value);
                    chunks.appendChild(chunk);
                });
        var root = new IIOMetadataNode(metadata.getNativeMetadataFormatName());
        root.appendChild(chunks);
        metadata.mergeTree(root.getNodeName(), root);
        return metadata;
    }
}
