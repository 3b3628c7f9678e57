package io.langevin.sampling.answers;

import static org.assertj.core.api.Assertions.assertThat;

import io.langevin.records.ImageFormat;
import io.langevin.sampling.work.Picture;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

class ImageFileTest {
    @Test
    void grey_pixels_are_clamped_and_rounded() throws Exception {
        var picture = new Picture(new float[] {-0.1f, 0.5f, 1.1f, 100f / 255}, 2, 2);

        BufferedImage image = png(picture, 1);

        assertThat(image.getRaster().getSamples(0, 0, 2, 2, 0, (int[]) null))
                .containsExactly(0, 128, 255, 100);
    }

    @Test
    void colours_lie_channel_by_channel() throws Exception {
        var picture = new Picture(new float[] {1, 0, 0, 1, 0, 0.2f}, 2, 1);

        BufferedImage image = png(picture, 3);

        assertThat(image.getRGB(0, 0) & 0xFFFFFF).isEqualTo(0xFF0000);
        assertThat(image.getRGB(1, 0) & 0xFFFFFF).isEqualTo(0x00FF33);
    }

    @Test
    void floats_are_little_endian_and_not_clamped() {
        var picture = new Picture(new float[] {-0.5f, 1.5f}, 2, 1);

        ByteBuffer bytes = ByteBuffer.wrap(ImageFile.of(picture, 1, ImageFormat.FLOAT32, Map.of()));

        assertThat(bytes.remaining()).isEqualTo(8);
        assertThat(bytes.order(ByteOrder.LITTLE_ENDIAN).getFloat(4)).isEqualTo(1.5f);
    }

    private static BufferedImage png(Picture picture, int channels) throws Exception {
        byte[] file = ImageFile.of(picture, channels, ImageFormat.PNG, Map.of());
        return ImageIO.read(new ByteArrayInputStream(file));
    }
}
