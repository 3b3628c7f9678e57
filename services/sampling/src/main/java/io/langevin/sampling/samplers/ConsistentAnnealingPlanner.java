package io.langevin.sampling.samplers;

import io.langevin.noise.ConsistentAnnealing;
import io.langevin.noise.NoiseSchedule;
import io.langevin.noise.SamplingPlan;
import io.langevin.score.Checkpoint;
import java.util.Set;

/** Consistent annealed sampling, Jolicoeur-Martineau et al. 2020. */
final class ConsistentAnnealingPlanner implements SamplerPlanner {
    @Override
    public Set<SamplerParameter> parameters() {
        return Set.of();
    }

    @Override
    public SamplerSettings completed(
            SamplerSettings settings, NoiseSchedule schedule, Checkpoint checkpoint) {
        return settings.orEvaluations();
    }

    @Override
    public SamplingPlan plan(
            SamplerSettings settings, NoiseSchedule schedule, Checkpoint checkpoint) {
        return ConsistentAnnealing.plan(schedule, settings.evaluations(), settings.denoises());
    }
}
