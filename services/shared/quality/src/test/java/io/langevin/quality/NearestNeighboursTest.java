package io.langevin.quality;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class NearestNeighboursTest {
    @Property(tries = 100)
    void finds_what_sorting_finds(
            @ForAll @IntRange(min = 7, max = 150) int n,
            @ForAll @IntRange(min = 1, max = 20) int d,
            @ForAll @IntRange(min = 1, max = 6) int k,
            @ForAll long seed) {
        Features reference = Vectors.normal(n, d, 0, seed);
        Features queries = Vectors.normal(5, d, 0, seed + 1);

        var found = NearestNeighbours.of(queries, reference, k);
        var others = NearestNeighbours.amongOthers(reference, k);

        for (int i = 0; i < 5; i++) {
            check(found, i, sorted(queries, i, reference, -1), queries, reference);
            check(others, i, sorted(reference, i, reference, i), reference, reference);
        }
    }

    @Test
    void of_two_equally_far_the_first_comes_first() {
        var found = NearestNeighbours.of(Vectors.plane(0, 0), Vectors.plane(9, 9, 0, 1, 1, 0), 3);

        assertThat(found.indices()).containsExactly(1, 2, 0);
        assertThat(found.distances()).containsExactly(1, 1, Math.sqrt(162));
    }

    @Test
    void a_copy_is_at_distance_0_unless_it_is_the_vector_itself() {
        Features twice = Vectors.plane(1, 2, 1, 2, 5, 5);

        assertThat(NearestNeighbours.amongOthers(twice, 1).index(0, 0)).isEqualTo(1);
        assertThat(NearestNeighbours.amongOthers(twice, 1).distance(0, 0)).isZero();
        assertThat(NearestNeighbours.amongOthers(twice, 1).distance(2, 0)).isEqualTo(5);
    }

    @Test
    void bad_parameters_name_the_field_the_rule_and_the_value() {
        Features two = Vectors.plane(1, 2, 3, 4);

        assertThatThrownBy(() -> NearestNeighbours.of(two, two, 3))
                .hasMessage("k: must be from 1 to the 2 vectors to choose from, not 3");
        assertThatThrownBy(() -> NearestNeighbours.amongOthers(two, 2))
                .hasMessage("k: must be from 1 to the 1 vectors to choose from, not 2");
        assertThatThrownBy(() -> NearestNeighbours.of(two, Vectors.normal(2, 3, 0, 1), 1))
                .hasMessage("dimension: must be the same on both sides, not 2 and 3");
    }

    private static List<Integer> sorted(Features queries, int i, Features reference, int without) {
        return IntStream.range(0, reference.count())
                .filter(j -> j != without)
                .boxed()
                .sorted(Comparator.comparing(j -> Vectors.distance(queries, i, reference, j)))
                .toList();
    }

    private static void check(
            NearestNeighbours found,
            int i,
            List<Integer> expected,
            Features queries,
            Features reference) {
        for (int rank = 0; rank < found.k(); rank++) {
            int j = expected.get(rank);
            assertThat(found.index(i, rank)).isEqualTo(j);
            assertThat(found.distance(i, rank))
                    .isCloseTo(Vectors.distance(queries, i, reference, j), within(1e-12));
        }
    }
}
