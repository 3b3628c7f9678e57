package io.langevin.sampling.samplers;

import static io.langevin.messaging.rules.RecordRules.require;

import io.langevin.messaging.rules.RejectedException;
import io.langevin.noise.DpmSolver;
import io.langevin.noise.NoiseSchedule;
import io.langevin.noise.ProbabilityFlow;
import io.langevin.noise.SamplingPlan;
import io.langevin.sampling.samplers.SamplerPlanner.Parameter;
import io.langevin.score.Checkpoint;
import java.util.OptionalDouble;

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
     * The plan for one image.
     *
     * @param schedule the checkpoint's own noise scales or some of them
     * @throws RejectedException which field of the request's sampler, which rule, which value
     */
    public SamplingPlan plan(
            SamplerSettings settings, NoiseSchedule schedule, Checkpoint checkpoint) {
        require(
                planner.staysAtTrainedLevels()
                        || !checkpoint.architecture().family().isConditional(),
                "sampler.kind",
                "be ANNEALED_LANGEVIN for a network that knows only its own noise levels",
                this);
        if (settings.stepsPerLevel().isPresent()) {
            requireTaken(Parameter.STEPS_PER_LEVEL, settings.stepsPerLevel().getAsInt());
        }
        requireTaken(Parameter.EPSILON, settings.epsilon());
        requireTaken(Parameter.RHO, settings.givenRho());
        requireTaken(Parameter.CHURN, settings.churn());
        requireTaken(Parameter.NOISE_SCALE, settings.noiseScale());
        boolean denoise = settings.denoise().orElse(checkpoint.denoise());
        try {
            return planner.plan(settings, schedule, checkpoint, denoise);
        } catch (IllegalArgumentException e) {
            throw new RejectedException("sampler." + e.getMessage());
        }
    }

    private void requireTaken(Parameter parameter, OptionalDouble value) {
        if (value.isPresent()) {
            requireTaken(parameter, value.getAsDouble());
        }
    }

    private void requireTaken(Parameter parameter, Number value) {
        require(
                planner.parameters().contains(parameter),
                "sampler." + parameter.field(),
                "be null for " + this,
                value);
    }
}
