package io.langevin.datasets;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BatchOrderTest {
    private static final int IMAGES = 7;
    private static final int BATCH = 3;

    @TempDir Path folder;
    private ImageDataset data;

    /** Each image has two pixels: its number, and black. */
    @BeforeEach
    void write() throws IOException {
        for (int i = 0; i < IMAGES; i++) {
            var image = new BufferedImage(2, 2, BufferedImage.TYPE_BYTE_GRAY);
            image.getRaster().setSample(0, 0, 0, i + 1);
            image.getRaster().setSample(0, 1, 0, i + 1);
            ImageIO.write(image, "png", folder.resolve(i + ".png").toFile());
        }
        data = ImageDataset.read(folder, new ImageShape(2, 1));
    }

    @Test
    void every_epoch_has_every_image_once_and_another_order() {
        List<Integer> seen = numbers(new BatchOrder(data, BATCH, false, 5), 1, 7);

        List<List<Integer>> epochs =
                List.of(seen.subList(0, 7), seen.subList(7, 14), seen.subList(14, 21));
        assertThat(epochs)
                .allSatisfy(
                        epoch -> assertThat(epoch).containsExactlyInAnyOrder(1, 2, 3, 4, 5, 6, 7));
        assertThat(epochs).doesNotHaveDuplicates();
    }

    @Test
    void step_has_the_same_images_whoever_comes_to_it() {
        var whole = new BatchOrder(data, BATCH, true, 5);
        for (int step = 1; step < 6; step++) {
            whole.batch(step);
        }

        assertThat(new BatchOrder(data, BATCH, true, 5).batch(6)).isEqualTo(whole.batch(6));
        assertThat(new BatchOrder(data, BATCH, true, 6).batch(6)).isNotEqualTo(whole.batch(6));
    }

    @Test
    void about_half_are_mirrored() {
        var order = new BatchOrder(data, 1_000, true, 5);
        float[] batch = order.batch(1);
        int mirrored = 0;
        for (int i = 0; i < 1_000; i++) {
            mirrored += batch[4 * i] == 0 ? 1 : 0;
        }

        assertThat(mirrored).isBetween(420, 580); // five standard deviations
    }

    private List<Integer> numbers(BatchOrder order, int first, int last) {
        List<Integer> numbers = new ArrayList<>();
        for (int step = first; step <= last; step++) {
            float[] batch = order.batch(step);
            for (int i = 0; i < BATCH; i++) {
                numbers.add(Math.round(255 * batch[i * data.dimension()]));
            }
        }
        return numbers;
    }
}
