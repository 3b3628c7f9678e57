package io.langevin.training;

import static org.assertj.core.api.Assertions.assertThat;

import io.langevin.records.Candidate;
import io.langevin.records.TrainingParameters;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

class CandidatesTest {
    @Test
    void four_are_evenly_spaced_where_nothing_is_said_the_end_the_last() {
        var parameters = TrainingParameters.newBuilder().setIterations(1_000).build();

        assertThat(proposedAt(parameters, 0)).containsExactly(250L, 500L, 750L);
    }

    @Test
    void time_counts_where_it_is_up_before_the_steps_are_done() {
        var parameters =
                TrainingParameters.newBuilder()
                        .setIterations(1_000_000)
                        .setMaximumSeconds(100)
                        .build();

        assertThat(proposedAt(parameters, 0.1)).containsExactly(250L, 500L, 750L);
    }

    @Test
    void every_so_many_steps_where_that_is_asked_for() {
        var parameters =
                TrainingParameters.newBuilder().setIterations(1_000).setCandidateEvery(300).build();

        assertThat(proposedAt(parameters, 0)).containsExactly(300L, 600L, 900L);
    }

    /** Steps 1 to 999, with so many seconds each. */
    private static List<Long> proposedAt(TrainingParameters parameters, double seconds) {
        var candidates = new Candidates(parameters, List.of());
        List<Long> at = new ArrayList<>();
        for (long step = 1; step < 1_000; step++) {
            if (candidates.isDue(step, seconds * step)) {
                candidates.add(new Candidate("c", (int) step, 1.0, null));
                at.add(step);
                assertThat(candidates.isDue(step, seconds * step)).isFalse();
            }
        }
        return at;
    }

    @Test
    void training_ends_early_once_so_many_in_a_row_are_no_better_than_one_before() {
        assertThat(noLongerImprove(0, 3, 2, 2, 2, 2)).isFalse();
        assertThat(noLongerImprove(2, 3, 2)).isFalse();
        assertThat(noLongerImprove(2, 3, 2, 2.1)).isFalse();
        assertThat(noLongerImprove(2, 3, 2, 2.1, 1.9)).isFalse();
        assertThat(noLongerImprove(2, 3, 2, 2.1, 2)).isTrue();
        assertThat(noLongerImprove(1, 3, 4)).isTrue();
        assertThat(noLongerImprove(1, 3, Double.NaN)).isTrue();
        assertThat(noLongerImprove(1, Double.NaN, Double.NaN)).as("nothing is known").isFalse();
        var unmeasured =
                List.of(new Candidate("c", 1, 1.0, null), new Candidate("c", 2, 1.0, null));
        var parameters = TrainingParameters.newBuilder().setPatience(1).build();
        assertThat(new Candidates(parameters, unmeasured).noLongerImprove()).isFalse();
    }

    private static boolean noLongerImprove(int patience, double... losses) {
        var parameters = TrainingParameters.newBuilder().setPatience(patience).build();
        List<Candidate> proposed =
                DoubleStream.of(losses).mapToObj(loss -> new Candidate("c", 1, 1.0, loss)).toList();
        return new Candidates(parameters, proposed).noLongerImprove();
    }
}
