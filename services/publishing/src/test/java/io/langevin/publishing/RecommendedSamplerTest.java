package io.langevin.publishing;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.langevin.messaging.rules.RejectedException;
import io.langevin.noise.NoiseSchedule;
import io.langevin.noise.PlanShape;
import io.langevin.score.Checkpoint;
import io.langevin.score.Checkpoint.Recommendation;
import io.langevin.score.DenoisingScoreMatching;
import io.langevin.score.NetworkArchitecture;
import io.langevin.score.NetworkArchitecture.Family;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A checkpoint is not published where every request that leaves the choice to it would fail. */
class RecommendedSamplerTest {
    private static final NoiseSchedule SCHEDULE = NoiseSchedule.geometric(1, 0.1, 5);

    private static Checkpoint checkpoint(Family family, Recommendation choice) {
        var network = new NetworkArchitecture(family, 4, 1, 8, family.isConditional() ? 5 : 0);
        return new Checkpoint(
                network,
                SCHEDULE,
                2,
                1e-4,
                true,
                "s",
                Optional.of(choice),
                DenoisingScoreMatching.State.initial(network, 1).weights(),
                Map.of());
    }

    private static Recommendation searched(int evaluations) {
        return new Recommendation(
                "SEARCHED", evaluations, List.of(PlanShape.SOLVER.plan(SCHEDULE, 8)));
    }

    @Test
    void sampler_that_there_is_and_plan_that_there_is_are_published() {
        assertThatCode(
                        () -> {
                            VerifiedCheckpoint.requireSampler(checkpoint(Family.BASE, searched(8)));
                            VerifiedCheckpoint.requireSampler(
                                    checkpoint(
                                            Family.BASE, new Recommendation("DPM_SOLVER_SDE", 16)));
                        })
                .doesNotThrowAnyException();
    }

    @Test
    void what_no_request_could_be_served_with_is_refused() {
        assertThatThrownBy(
                        () ->
                                VerifiedCheckpoint.requireSampler(
                                        checkpoint(Family.BASE, new Recommendation("MAGIC", 16))))
                .isInstanceOf(RejectedException.class)
                .hasMessageStartingWith("sampler: must be one of");
        assertThatThrownBy(
                        () ->
                                VerifiedCheckpoint.requireSampler(
                                        checkpoint(Family.BASE, searched(9))))
                .hasMessage(
                        "network_evaluations: must be those of one of the checkpoint's plans, [8],"
                                + " not 9");
        assertThatThrownBy(
                        () ->
                                VerifiedCheckpoint.requireSampler(
                                        checkpoint(Family.NCSN, searched(8))))
                .hasMessage(
                        "sampler: must be ANNEALED_LANGEVIN for a network that knows only its own"
                                + " noise levels, not SEARCHED");
    }
}
