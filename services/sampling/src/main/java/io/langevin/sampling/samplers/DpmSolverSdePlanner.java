package io.langevin.sampling.samplers;

import io.langevin.noise.DpmSolver;
import io.langevin.noise.SamplingPlan;
import io.langevin.score.Checkpoint;
import java.util.Set;

/** DPM-Solver++(2M) with new noise in every row, Lu et al. 2022. */
final class DpmSolverSdePlanner implements SamplerPlanner {
    @Override
    public Set<Parameter> parameters() {
        return Set.of(Parameter.RHO);
    }

    @Override
    public SamplingPlan plan(SamplerSettings settings, Checkpoint checkpoint, boolean denoise) {
        return DpmSolver.sde(
                checkpoint.schedule(), settings.evaluations(), settings.rho(), denoise);
    }
}
