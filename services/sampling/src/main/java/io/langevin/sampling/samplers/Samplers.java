package io.langevin.sampling.samplers;

import static io.langevin.messaging.rules.RecordRules.require;

import io.langevin.messaging.rules.RejectedException;
import io.langevin.noise.DpmSolver;
import io.langevin.noise.NoiseSchedule;
import io.langevin.noise.ProbabilityFlow;
import io.langevin.noise.SamplingPlan;
import io.langevin.score.Checkpoint;

/**
 * The samplers, under the names that requests and checkpoints call them by. A new one is a {@link
 * SamplerPlanner} in a file of its own, or a {@link SpacedPlanner} of its method, a line here and a
 * symbol of {@code SamplerKind}.
 */
public enum Samplers {
    ANNEALED_LANGEVIN(new AnnealedLangevinPlanner()),
    CONSISTENT_ANNEALING(new ConsistentAnnealingPlanner()),
    PROBABILITY_FLOW_EULER(SpacedPlanner.deterministic(ProbabilityFlow::euler, 1)),
    PROBABILITY_FLOW_HEUN(SpacedPlanner.deterministic(ProbabilityFlow::heun, 1)),
    PREDICTOR_CORRECTOR(new PredictorCorrectorPlanner()),
    DPM_SOLVER_SDE(SpacedPlanner.stochastic(DpmSolver::sde)),
    DPM_SOLVER_ODE(SpacedPlanner.deterministic(DpmSolver::ode, 1.035)),
    STOCHASTIC_HEUN(new StochasticHeunPlanner()),
    SEARCHED(new SearchedPlanner());

    private final SamplerPlanner planner;

    Samplers(SamplerPlanner planner) {
        this.planner = planner;
    }

    /**
     * The settings with the checkpoint's and the sampler's own where they are empty.
     *
     * @param schedule the checkpoint's own noise scales or some of them
     * @throws RejectedException which field of the request's sampler, which rule, which value
     */
    public SamplerSettings completed(
            SamplerSettings settings, NoiseSchedule schedule, Checkpoint checkpoint) {
        require(
                planner.staysAtTrainedLevels()
                        || !checkpoint.architecture().family().isConditional(),
                "sampler.kind",
                "be ANNEALED_LANGEVIN for a network that knows only its own noise levels",
                this);
        for (var number : settings.numbers().entrySet()) {
            require(
                    planner.parameters().contains(number.getKey()),
                    "sampler." + number.getKey().field(),
                    "be null for " + this,
                    number.getValue());
        }
        return planner.completed(
                settings.orDenoise(planner.alwaysDenoises() || checkpoint.denoise()),
                schedule,
                checkpoint);
    }

    /**
     * The plan for one image.
     *
     * @param schedule the checkpoint's own noise scales or some of them
     * @throws RejectedException which field of the request's sampler, which rule, which value
     */
    public SamplingPlan plan(
            SamplerSettings settings, NoiseSchedule schedule, Checkpoint checkpoint) {
        SamplerSettings completed = completed(settings, schedule, checkpoint);
        try {
            return planner.plan(completed, schedule, checkpoint);
        } catch (IllegalArgumentException e) {
            throw new RejectedException("sampler." + e.getMessage());
        }
    }
}
