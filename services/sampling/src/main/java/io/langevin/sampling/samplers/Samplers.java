package io.langevin.sampling.samplers;

import static io.langevin.messaging.rules.RecordRules.require;

import io.langevin.messaging.rules.RejectedException;
import io.langevin.noise.SamplingPlan;
import io.langevin.sampling.samplers.SamplerPlanner.Parameter;
import io.langevin.score.Checkpoint;

/**
 * The samplers, under the names that requests and checkpoints call them by. A new one is a {@link
 * SamplerPlanner} in a file of its own, a line here and a symbol of {@code SamplerKind}.
 */
public enum Samplers {
    ANNEALED_LANGEVIN(new AnnealedLangevinPlanner()),
    CONSISTENT_ANNEALING(new ConsistentAnnealingPlanner()),
    PROBABILITY_FLOW_EULER(new ProbabilityFlowEulerPlanner()),
    PROBABILITY_FLOW_HEUN(new ProbabilityFlowHeunPlanner()),
    PREDICTOR_CORRECTOR(new PredictorCorrectorPlanner());

    private final SamplerPlanner planner;

    Samplers(SamplerPlanner planner) {
        this.planner = planner;
    }

    /**
     * The plan for one image.
     *
     * @throws RejectedException which field of the request's sampler, which rule, which value
     */
    public SamplingPlan plan(SamplerSettings settings, Checkpoint checkpoint) {
        require(
                planner.staysAtTrainedLevels()
                        || !checkpoint.architecture().family().isConditional(),
                "sampler.kind",
                "be ANNEALED_LANGEVIN for a network that knows only its own noise levels",
                this);
        require(
                settings.stepsPerLevel().isEmpty() || takes(Parameter.STEPS_PER_LEVEL),
                "sampler.stepsPerLevel",
                "be null for " + this,
                settings.stepsPerLevel().orElse(0));
        require(
                settings.epsilon().isEmpty() || takes(Parameter.EPSILON),
                "sampler.epsilon",
                "be null for " + this,
                settings.epsilon().orElse(0));
        boolean denoise = settings.denoise().orElse(checkpoint.denoise());
        try {
            return planner.plan(settings, checkpoint, denoise);
        } catch (IllegalArgumentException e) {
            throw new RejectedException("sampler." + e.getMessage());
        }
    }

    private boolean takes(Parameter parameter) {
        return planner.parameters().contains(parameter);
    }
}
