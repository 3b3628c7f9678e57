package io.langevin.sampling.samplers;

import io.langevin.noise.NoiseSchedule;
import io.langevin.noise.SamplingPlan;
import io.langevin.score.Checkpoint;
import java.util.Set;

/**
 * A sampler that needs to know nothing but how many noise scales it has and how they are spaced.
 *
 * @param method makes its plan
 */
record SpacedPlanner(Method method) implements SamplerPlanner {
    /** A plan over scales between the ends of a schedule. */
    interface Method {
        /**
         * @param evaluations of the network for one image
         * @param rho the scales' ρ-th roots are evenly spaced
         * @param denoise whether the plan ends with a denoising row
         */
        SamplingPlan plan(NoiseSchedule schedule, int evaluations, double rho, boolean denoise);
    }

    @Override
    public Set<Parameter> parameters() {
        return Set.of(Parameter.RHO);
    }

    @Override
    public SamplingPlan plan(SamplerSettings settings, Checkpoint checkpoint, boolean denoise) {
        return method.plan(checkpoint.schedule(), settings.evaluations(), settings.rho(), denoise);
    }
}
