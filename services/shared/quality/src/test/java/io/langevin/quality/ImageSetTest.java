package io.langevin.quality;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ImageSetTest {
    @Test
    void counts_its_images() {
        var images = new ImageSet(3, 2, new float[36]);

        assertThat(images.count()).isEqualTo(3);
        assertThat(images.dimension()).isEqualTo(12);
        assertThat(images.asFeatures().count()).isEqualTo(3);
    }

    @Test
    void a_samplers_pixels_are_clamped() {
        assertThat(ImageSet.clamped(1, 2, new float[] {-0.5f, 0.5f, 1.5f, 1}).pixels())
                .containsExactly(0, 0.5f, 1, 1);
    }

    @Test
    void bad_images_name_the_field_the_rule_and_the_value() {
        assertThatThrownBy(() -> new ImageSet(2, 4, new float[32]))
                .hasMessage("channels: must be 1 or 3, not 2");
        assertThatThrownBy(() -> new ImageSet(1, 0, new float[1]))
                .hasMessage("size: must be at least 1, not 0");
        assertThatThrownBy(() -> new ImageSet(1, 4, new float[17]))
                .hasMessage("pixels: must hold whole images of 16 numbers, not 17 numbers");
        assertThatThrownBy(() -> new ImageSet(1, 2, new float[] {0, 0, 0, 0, 0, 2, 0, 0}))
                .hasMessage("pixels: must lie in 0..1, but number 1 of image 1 is 2.0");
        assertThatThrownBy(() -> ImageSet.clamped(1, 1, new float[] {Float.NaN}))
                .hasMessageContaining("NaN");
    }

    @Test
    void bad_features_name_the_field_the_rule_and_the_value() {
        assertThatThrownBy(() -> new Features(0, new float[1]))
                .hasMessage("dimension: must be at least 1, not 0");
        assertThatThrownBy(() -> new Features(2, new float[3]))
                .hasMessage("values: must hold whole vectors of 2 numbers, not 3 numbers");
        assertThatThrownBy(() -> new Features(2, new float[] {0, 0, 0, Float.NaN}))
                .hasMessage("values: must be finite, but number 1 of vector 1 is NaN");
    }

    @Test
    void thinning_keeps_evenly_spaced_vectors() {
        var features = new Features(1, new float[] {0, 1, 2, 3, 4, 5});

        assertThat(features.thinned(3).values()).containsExactly(0, 2, 4);
        assertThat(features.thinned(6)).isSameAs(features);
    }
}
