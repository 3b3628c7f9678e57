package io.langevin.trajectory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class GuidedNetworkTest {
    /** f = value·σ everywhere. */
    private record Constant(int dimension, float value) implements ScoreNetwork {
        @Override
        public void evaluate(float[] x, float[] sigma, float[] f, int count) {
            for (int k = 0; k < count * dimension; k++) {
                f[k] = value * sigma[k / dimension];
            }
        }
    }

    @Test
    void the_difference_to_the_guide_is_stretched() {
        float[] f = new float[4];

        try (var both = new GuidedNetwork(new Constant(2, 5), new Constant(2, 4))) {
            both.evaluate(new float[4], new float[] {1, 10}, f, 2);
            both.guided(1, AfterRow.NOTHING).evaluated(1, new float[4], f, 0, 2);
            both.guided(3, AfterRow.NOTHING).evaluated(10, new float[4], f, 2, 2);
        }

        assertThat(f).containsExactly(5, 5, 70, 70);
    }

    @Test
    void a_guide_of_another_size_is_refused() {
        assertThatThrownBy(() -> new GuidedNetwork(new Constant(2, 5), new Constant(3, 4)))
                .hasMessage("guide: must make images of 2 numbers, not 3");
    }
}
