package io.langevin.sampling.samplers;

import io.langevin.noise.NoiseSchedule;
import io.langevin.noise.SamplingPlan;
import io.langevin.score.Checkpoint;
import java.util.List;
import java.util.Set;

/** A plan that was searched for the checkpoint and stands in it. */
final class SearchedPlanner implements SamplerPlanner {
    @Override
    public Set<SamplerParameter> parameters() {
        return Set.of();
    }

    @Override
    public boolean alwaysDenoises() {
        return true;
    }

    @Override
    public SamplerSettings completed(
            SamplerSettings settings, NoiseSchedule schedule, Checkpoint checkpoint) {
        return checkpoint
                .recommended()
                .map(own -> settings.orEvaluations(own.networkEvaluations()))
                .orElse(settings);
    }

    @Override
    public SamplingPlan plan(
            SamplerSettings settings, NoiseSchedule schedule, Checkpoint checkpoint) {
        List<SamplingPlan> plans =
                checkpoint.recommended().map(Checkpoint.Recommendation::plans).orElse(List.of());
        if (plans.isEmpty()) {
            throw new IllegalArgumentException(
                    "kind: must be another one: the checkpoint has no plans, not SEARCHED");
        }
        if (!settings.denoises()) {
            throw new IllegalArgumentException("denoise: must be true for SEARCHED, not false");
        }
        if (schedule.largest() != checkpoint.schedule().largest()) {
            throw new IllegalArgumentException(
                    "kind: must be another one for dynamics that begin later, not SEARCHED");
        }
        List<Integer> known = plans.stream().map(SamplingPlan::networkEvaluations).toList();
        int evaluations = settings.evaluations();
        return plans.stream()
                .filter(plan -> plan.networkEvaluations() == evaluations)
                .findFirst()
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        "networkEvaluations: must be one of %s, for which the"
                                                        .formatted(known)
                                                + " checkpoint has plans, not "
                                                + evaluations));
    }
}
