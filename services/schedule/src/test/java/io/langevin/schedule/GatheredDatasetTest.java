package io.langevin.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.langevin.datasets.pixels.Picture;
import io.langevin.noise.InitialNoiseScale;
import io.langevin.records.DatasetState;
import java.time.Instant;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What is measured while images come is what the techniques of the paper say of all of them. */
class GatheredDatasetTest {
    private static final Instant NOW = Instant.EPOCH;
    private static final int SIDE = 8;

    @Test
    void the_largest_distance_of_a_small_set_is_that_of_the_technique() {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        var random = new Random(seed);
        for (int channels : new int[] {1, 3}) {
            var dataset = new GatheredDataset(GatheredDataset.none("d", 5, NOW));
            int dimension = channels * SIDE * SIDE;
            float[] all = new float[100 * dimension];
            for (int i = 0; i < 100; i++) {
                byte[] pixels = new byte[dimension];
                random.nextBytes(pixels);
                for (int k = 0; k < dimension; k++) {
                    all[i * dimension + k] = (pixels[k] & 0xFF) / 255f;
                }
                dataset.add(new Picture(SIDE, SIDE, channels, pixels), 5 + i, NOW);
            }

            DatasetState state = dataset.state();
            assertThat(state.getImages()).isEqualTo(100);
            assertThat(state.getChannels()).isEqualTo(channels);
            assertThat(state.getBeginOffset()).isEqualTo(5);
            assertThat(state.getEndOffset()).isEqualTo(105);
            assertThat(state.getMaximumDistance())
                    .isCloseTo(
                            InitialNoiseScale.of(all, dimension).maximumDistance(), within(1e-5));
            double median = InitialNoiseScale.medianDistance(all, dimension, 10_000, 1);
            assertThat(state.getMedianDistance()).isCloseTo(median, within(0.05 * median));
        }
    }

    @Test
    void distances_of_grey_images_go_on_in_three_channels_when_a_coloured_one_comes() {
        var dataset = new GatheredDataset(GatheredDataset.none("d", 0, NOW));
        dataset.add(plain(1, 0), 0, NOW);
        dataset.add(plain(1, 255), 1, NOW);
        assertThat(dataset.state().getMaximumDistance()).isCloseTo(SIDE, within(1e-12));

        dataset.add(plain(3, 128), 2, NOW);

        assertThat(dataset.state().getChannels()).isEqualTo(3);
        assertThat(dataset.state().getMaximumDistance())
                .isCloseTo(SIDE * Math.sqrt(3), within(1e-12));
    }

    @Test
    void what_was_known_before_a_restart_is_kept_and_small_images_are_counted_unmeasured() {
        var before = new GatheredDataset(GatheredDataset.none("d", 0, NOW));
        before.add(plain(1, 0), 0, NOW);
        before.add(plain(1, 255), 1, NOW);
        before.refuse(2, NOW);

        var after = new GatheredDataset(before.state());
        after.add(plain(1, 7), 3, NOW);
        after.add(new Picture(1, 1, 1, new byte[1]), 4, NOW);

        assertThat(after.state().getImages()).isEqualTo(4);
        assertThat(after.state().getRefused()).isEqualTo(1);
        assertThat(after.state().getEndOffset()).isEqualTo(5);
        assertThat(after.state().getMaximumDistance()).isCloseTo(SIDE, within(1e-12));
    }

    private static Picture plain(int channels, int value) {
        byte[] pixels = new byte[channels * SIDE * SIDE];
        java.util.Arrays.fill(pixels, (byte) value);
        return new Picture(SIDE, SIDE, channels, pixels);
    }
}
