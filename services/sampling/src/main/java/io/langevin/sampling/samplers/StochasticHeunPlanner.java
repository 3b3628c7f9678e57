package io.langevin.sampling.samplers;

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
    public Set<Parameter> parameters() {
        return Set.of(Parameter.RHO, Parameter.CHURN);
    }

    @Override
    public SamplingPlan plan(
            SamplerSettings settings,
            NoiseSchedule schedule,
            Checkpoint checkpoint,
            boolean denoise) {
        return StochasticHeun.plan(
                schedule,
                settings.evaluations(),
                settings.churn().orElse(DEFAULT_CHURN),
                settings.rho(),
                denoise);
    }
}
