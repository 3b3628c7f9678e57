package io.langevin.quality;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class InceptionScoreTest {
    @Test
    void certain_and_even_images_score_the_number_of_classes() {
        var score = InceptionScore.of(classes(40, 4, 100));

        assertThat(score.mean()).isCloseTo(4, within(1e-9));
        assertThat(score.deviation()).isCloseTo(0, within(1e-6));
    }

    @Test
    void images_that_are_all_alike_score_1() {
        assertThat(InceptionScore.of(new Features(3, new float[30 * 3])).mean())
                .isCloseTo(1, within(1e-12));
    }

    /** Two classes, p = 3/4 for the right one: exp(ln 2 + ¾·ln ¾ + ¼·ln ¼). */
    @Test
    void half_certain_images_score_the_formula() {
        var score = InceptionScore.of(classes(20, 2, Math.log(3)), 2);

        assertThat(score.mean())
                .isCloseTo(
                        Math.exp(Math.log(2) + 0.75 * Math.log(0.75) + 0.25 * Math.log(0.25)),
                        within(1e-6));
    }

    /** One split of one class, one of two: scores 1 and 2. */
    @Test
    void splits_score_by_themselves() {
        var score = InceptionScore.of(new Features(2, new float[] {99, 0, 99, 0, 99, 0, 0, 99}), 2);

        assertThat(score.mean()).isCloseTo(1.5, within(1e-9));
        assertThat(score.deviation()).isCloseTo(0.5, within(1e-9));
    }

    @Test
    void needs_an_image_a_split() {
        assertThatThrownBy(() -> InceptionScore.of(new Features(2, new float[18])))
                .hasMessage("logits: must hold at least 10 vectors, not 9");
    }

    private static Features classes(int count, int classes, double logit) {
        float[] values = new float[count * classes];
        for (int i = 0; i < count; i++) {
            values[i * classes + i % classes] = (float) logit;
        }
        return new Features(classes, values);
    }
}
