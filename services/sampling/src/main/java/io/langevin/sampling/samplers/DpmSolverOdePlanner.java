package io.langevin.sampling.samplers;

import io.langevin.noise.DpmSolver;
import io.langevin.noise.SamplingPlan;
import io.langevin.score.Checkpoint;
import java.util.Set;

/** DPM-Solver++(2M) of the probability-flow ODE, Lu et al. 2022. */
final class DpmSolverOdePlanner implements SamplerPlanner {
    @Override
    public Set<Parameter> parameters() {
        return Set.of(Parameter.RHO);
    }

    @Override
    public SamplingPlan plan(SamplerSettings settings, Checkpoint checkpoint, boolean denoise) {
        return DpmSolver.ode(
                checkpoint.schedule(), settings.evaluations(), settings.rho(), denoise);
    }
}
