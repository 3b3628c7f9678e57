package io.langevin.sampling.samplers;

import io.langevin.noise.NoiseSchedule;
import io.langevin.noise.SamplingPlan;
import io.langevin.score.Checkpoint;
import java.util.List;
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
        if (!denoise) {
            throw new IllegalArgumentException("denoise: must be true for SEARCHED, not false");
        }
        if (schedule.largest() != checkpoint.schedule().largest()) {
            throw new IllegalArgumentException(
                    "kind: must be another one for dynamics that begin later, not SEARCHED");
        }
        int evaluations = settings.networkEvaluations().orElse(0);
        return plans.stream()
                .filter(plan -> evaluations == 0 || plan.networkEvaluations() == evaluations)
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
