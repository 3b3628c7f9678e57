package io.langevin.sampling.samplers;

import static io.langevin.sampling.samplers.SamplerParameter.CHURN;
import static io.langevin.sampling.samplers.SamplerParameter.RHO;

import io.langevin.noise.NoiseSchedule;
import io.langevin.noise.SamplingPlan;
import io.langevin.noise.StochasticHeun;
import io.langevin.score.Checkpoint;
import java.util.Set;

/** Heun's method with churn, Karras et al. 2022. */
final class StochasticHeunPlanner implements SamplerPlanner {
    /** S_churn that Karras et al. 2022 found best for CIFAR-10's network of Song et al. */
    private static final double DEFAULT_CHURN = 30;

    @Override
    public Set<SamplerParameter> parameters() {
        return Set.of(RHO, CHURN);
    }

    @Override
    public SamplerSettings completed(
            SamplerSettings settings, NoiseSchedule schedule, Checkpoint checkpoint) {
        return settings.orEvaluations().orRho().or(CHURN, DEFAULT_CHURN);
    }

    @Override
    public SamplingPlan plan(
            SamplerSettings settings, NoiseSchedule schedule, Checkpoint checkpoint) {
        return StochasticHeun.plan(
                schedule,
                settings.evaluations(),
                settings.number(CHURN),
                settings.number(RHO),
                settings.denoises());
    }
}
