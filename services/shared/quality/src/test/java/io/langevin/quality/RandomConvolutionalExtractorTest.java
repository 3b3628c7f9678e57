package io.langevin.quality;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class RandomConvolutionalExtractorTest {
    private static final float[] GOLDEN = {0.17558f, 0.05282f, 0.40879f, 0.99287f, 0.97813f};
    private static final FeatureExtractor EXTRACTOR = new RandomConvolutionalExtractor();

    @AfterAll
    static void close() {
        EXTRACTOR.close();
    }

    @Test
    void the_weights_are_he_scaled() {
        float[] weights = RandomConvolutionalExtractor.weights();

        assertThat(weights).hasSize(864 + 18432 + 73728);
        assertThat(variance(weights, 0, 864)).isCloseTo(2.0 / 27, within(0.01));
        assertThat(variance(weights, 864, 19296)).isCloseTo(2.0 / 288, within(0.0003));
        assertThat(variance(weights, 19296, 93024)).isCloseTo(2.0 / 576, within(0.0001));
    }

    /** The first stage by hand: mean and deviation of a ReLU of a convolution with zero padding. */
    @Test
    void the_first_channel_is_what_the_text_says() {
        ImageSet images = Pictures.discs(2, 3, 8, 4);
        float[] weights = RandomConvolutionalExtractor.weights();
        double sum = 0;
        double squares = 0;
        for (int row = 0; row < 8; row++) {
            for (int column = 0; column < 8; column++) {
                double value = Math.max(0, convolved(images.pixels(), weights, row, column));
                sum += value / 64;
                squares += value * value / 64;
            }
        }

        Features features = EXTRACTOR.extract(images).features();

        assertThat((double) features.values()[0]).isCloseTo(2 * sum, within(1e-4));
        assertThat((double) features.values()[32])
                .isCloseTo(2 * Math.sqrt(squares - sum * sum), within(1e-4));
    }

    /** Other weights, or another order of features, would be another name. */
    @Test
    void the_features_of_its_name_stay_what_they_are() {
        Features features = EXTRACTOR.extract(Pictures.discs(2, 1, 28, 7)).features();

        float[] some = {
            features.values()[1],
            features.values()[70],
            features.values()[200],
            features.values()[447],
            features.values()[448 + 447]
        };
        assertThat(some).containsExactly(GOLDEN, within(2e-4f));
    }

    @Test
    void an_image_has_the_same_features_in_any_company() {
        ImageSet images = Pictures.discs(150, 1, 12, 1);
        Features together = EXTRACTOR.extract(images).features();

        for (int i : new int[] {0, 63, 64, 149}) {
            float[] alone = Arrays.copyOfRange(images.pixels(), i * 144, (i + 1) * 144);
            Features lone = EXTRACTOR.extract(new ImageSet(1, 12, alone)).features();
            float[] expected = Arrays.copyOfRange(together.values(), i * 448, (i + 1) * 448);
            assertThat(lone.values()).containsExactly(expected, within(1e-4f));
        }
    }

    @Test
    void grey_is_coloured_with_three_equal_channels() {
        ImageSet grey = Pictures.discs(3, 1, 9, 1);
        ImageSet coloured = Pictures.discs(3, 3, 9, 1);

        assertThat(EXTRACTOR.extract(grey).features().values())
                .containsExactly(EXTRACTOR.extract(coloured).features().values());
    }

    @Test
    void black_images_of_any_size_have_features() {
        for (int size : new int[] {8, 13, 32}) {
            var black = new ImageSet(1, size, new float[2 * size * size]);

            Features features = EXTRACTOR.extract(black).features();

            assertThat(features.dimension()).isEqualTo(EXTRACTOR.features());
            assertThat(features.count()).isEqualTo(2);
        }
    }

    @Test
    void its_distance_is_never_called_fid() {
        assertThat(EXTRACTOR.distanceName()).isEqualTo("Fréchet distance (random-conv-1)");
    }

    @Test
    void closing_twice_is_allowed() {
        var extractor = new RandomConvolutionalExtractor();
        extractor.close();

        assertThatCode(extractor::close).doesNotThrowAnyException();
    }

    @Test
    void small_images_are_refused() {
        assertThatThrownBy(() -> EXTRACTOR.extract(new ImageSet(1, 7, new float[98])))
                .hasMessage("images: must be at least 8×8 pixels, not 7×7");
    }

    private static double convolved(float[] pixels, float[] weights, int row, int column) {
        double sum = 0;
        for (int k = 0; k < 27; k++) {
            int y = row + k / 3 % 3 - 1;
            int x = column + k % 3 - 1;
            if (y >= 0 && y < 8 && x >= 0 && x < 8) {
                sum += weights[k] * (2 * pixels[k / 9 * 64 + y * 8 + x] - 1);
            }
        }
        return sum;
    }

    private static double variance(float[] weights, int from, int to) {
        double squares = 0;
        for (int k = from; k < to; k++) {
            squares += weights[k] * weights[k];
        }
        return squares / (to - from);
    }
}
