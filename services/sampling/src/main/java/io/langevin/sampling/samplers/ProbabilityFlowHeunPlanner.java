package io.langevin.sampling.samplers;

import io.langevin.noise.ProbabilityFlow;
import io.langevin.noise.SamplingPlan;
import io.langevin.score.Checkpoint;
import java.util.Set;

/** The probability-flow ODE by Heun's method, Karras et al. 2022. */
final class ProbabilityFlowHeunPlanner implements SamplerPlanner {
    @Override
    public Set<Parameter> parameters() {
        return Set.of(Parameter.RHO);
    }

    @Override
    public SamplingPlan plan(SamplerSettings settings, Checkpoint checkpoint, boolean denoise) {
        return ProbabilityFlow.heun(
                checkpoint.schedule(), settings.evaluations(), settings.rho(), denoise);
    }
}
