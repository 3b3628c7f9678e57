package io.langevin.quality;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class PrecisionRecallTest {
    /** Two clusters, each of 4 corners of a unit square: every ball reaches the far corner. */
    private static final Features REAL =
            Vectors.plane(0, 0, 1, 0, 0, 1, 1, 1, 10, 0, 11, 0, 10, 1, 11, 1);

    /** One of the clusters, tighter, and one vector that is nowhere. */
    private static final Features GENERATED =
            Vectors.plane(0.2, 0.2, 0.8, 0.2, 0.2, 0.8, 0.8, 0.8, 5, 50);

    @Test
    void points_by_hand() {
        var both = PrecisionRecall.between(REAL, GENERATED);

        assertThat(both.precision()).isEqualTo(4.0 / 5);
        // balls of 0.6·√2 = 0.85 around the tight cluster reach the corners of the first square;
        // the stray vector's ball reaches 49.4 to (0.8, 0.8), and (10, 1) and (11, 1) lie 49.26
        // and 49.37 from it
        assertThat(both.recall()).isEqualTo(6.0 / 8);
    }

    @Test
    void with_more_neighbours_balls_grow() {
        Features line = new Features(1, new float[] {0, 1, 3, 6});

        assertThat(Manifold.of(line, 1).covered(new Features(1, new float[] {-1, -1.1f})))
                .isEqualTo(0.5);
        assertThat(Manifold.of(line, 2).covered(new Features(1, new float[] {-3, -3.1f})))
                .isEqualTo(0.5);
    }

    @Test
    void equal_sets_cover_each_other() {
        assertThat(PrecisionRecall.between(REAL, REAL)).isEqualTo(new PrecisionRecall(1, 1));
    }

    @Test
    void equal_distributions_are_mostly_covered_and_distant_ones_not_at_all() {
        Features a = Vectors.normal(500, 4, 0, 1);

        var equal = PrecisionRecall.between(a, Vectors.normal(500, 4, 0, 2));
        var distant = PrecisionRecall.between(a, Vectors.normal(500, 4, 20, 2));

        assertThat(equal.precision()).isGreaterThan(0.7).isCloseTo(equal.recall(), within(0.1));
        assertThat(distant).isEqualTo(new PrecisionRecall(0, 0));
    }

    @Test
    void a_manifold_needs_more_vectors_than_neighbours() {
        assertThatThrownBy(() -> PrecisionRecall.between(Vectors.plane(1, 1, 2, 2, 3, 3), REAL))
                .hasMessage("k: must be from 1 to the 2 vectors to choose from, not 3");
    }
}
