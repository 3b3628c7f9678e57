package io.langevin.sampling.samplers;

import io.langevin.noise.ConsistentAnnealing;
import io.langevin.noise.NoiseSchedule;
import io.langevin.noise.SamplingPlan;
import io.langevin.score.Checkpoint;
import java.util.Set;

/** Consistent annealed sampling, Jolicoeur-Martineau et al. 2020. */
final class ConsistentAnnealingPlanner implements SamplerPlanner {
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
        return ConsistentAnnealing.plan(schedule, settings.evaluations(), denoise);
    }
}
