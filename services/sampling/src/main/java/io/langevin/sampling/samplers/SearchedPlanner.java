package io.langevin.sampling.samplers;

import io.langevin.noise.NoiseSchedule;
import io.langevin.noise.SamplingPlan;
import io.langevin.score.Checkpoint;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A plan that was searched for the checkpoint and stands in it. */
final class SearchedPlanner implements SamplerPlanner {
    @Override
    public Set<Parameter> parameters() {
        return Set.of();
    }

    @Override
    public SamplingPlan plan(
            SamplerSettings settings,
            NoiseSchedule schedule,
            Checkpoint checkpoint,
            boolean denoise) {
        List<SamplingPlan> plans =
                checkpoint.recommended().map(Checkpoint.Recommendation::plans).orElse(List.of());
        if (plans.isEmpty()) {
            throw new IllegalArgumentException(
                    "kind: must be another one: the checkpoint has no plans, not SEARCHED");
        }
        if (settings.denoise().equals(Optional.of(false))) {
            throw new IllegalArgumentException("denoise: must be true for SEARCHED, not false");
        }
        if (schedule.largest() != checkpoint.schedule().largest()) {
            throw new IllegalArgumentException(
                    "kind: must be another one for dynamics that begin later, not SEARCHED");
        }
        int evaluations =
                settings.networkEvaluations()
                        .orElse(checkpoint.recommended().orElseThrow().networkEvaluations());
        return plans.stream()
                .filter(plan -> plan.networkEvaluations() == evaluations)
                .findFirst()
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        "networkEvaluations: must be one of %s, for which the"
                                                        .formatted(
                                                                plans.stream()
                                                                        .map(
                                                                                SamplingPlan
                                                                                        ::networkEvaluations)
                                                                        .toList())
                                                + " checkpoint has plans, not "
                                                + evaluations));
    }
}
