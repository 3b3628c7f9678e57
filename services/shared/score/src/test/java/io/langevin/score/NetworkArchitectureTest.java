package io.langevin.score;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.langevin.score.NetworkArchitecture.Family;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NetworkArchitectureTest {
    @ParameterizedTest(name = "{0} pixels: {1}")
    @CsvSource({
        "16, ncsnv2",
        "64, ncsnv2",
        "72, ncsnv2-deeper",
        "96, ncsnv2-deeper",
        "128, ncsnv2-deeper",
        "136, ncsnv2-deepest",
        "256, ncsnv2-deepest"
    })
    void the_image_size_chooses_the_published_network(int pixels, String family) {
        assertThat(Family.forImageSize(pixels).officialName()).isEqualTo(family);
    }

    @Test
    void sizes_that_cannot_be_halved_are_refused_with_the_rule() {
        assertThatThrownBy(() -> new NetworkArchitecture(Family.DEEPEST, 8, 3, 100))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "imageSize: must be a multiple of 8 and at least 32 for ncsnv2-deepest, not"
                                + " 100");
    }
}
