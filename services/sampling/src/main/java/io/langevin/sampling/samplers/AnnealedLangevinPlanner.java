package io.langevin.sampling.samplers;

import io.langevin.noise.AnnealedLangevin;
import io.langevin.noise.NoiseSchedule;
import io.langevin.noise.SamplingPlan;
import io.langevin.score.Checkpoint;
import java.util.Set;

/** Algorithm 1 of Song and Ermon 2020: T steps at each of the checkpoint's noise levels. */
final class AnnealedLangevinPlanner implements SamplerPlanner {
    @Override
    public Set<Parameter> parameters() {
        return Set.of(Parameter.STEPS_PER_LEVEL, Parameter.EPSILON);
    }

    @Override
    public boolean staysAtTrainedLevels() {
        return true;
    }

    @Override
    public SamplingPlan plan(
            SamplerSettings settings,
            NoiseSchedule schedule,
            Checkpoint checkpoint,
            boolean denoise) {
        int steps = settings.stepsPerLevel().orElse(checkpoint.stepsPerLevel());
        int whole = schedule.levels() * steps + (denoise ? 1 : 0);
        int budget = settings.networkEvaluations().orElse(whole);
        if (budget == whole) {
            return AnnealedLangevin.plan(
                    schedule, steps, settings.epsilon().orElse(checkpoint.epsilon()), denoise);
        }
        if (settings.epsilon().isPresent()) {
            throw new IllegalArgumentException(
                    "epsilon: must be null where networkEvaluations is given, which decides it,"
                            + " not "
                            + settings.epsilon().getAsDouble());
        }
        if (checkpoint.architecture().family().isConditional()) {
            throw new IllegalArgumentException(
                    "networkEvaluations: must be %d for a network that knows only its own noise"
                                    .formatted(whole)
                            + " levels, not "
                            + budget);
        }
        return AnnealedLangevin.withBudget(schedule, steps, budget, denoise);
    }
}
