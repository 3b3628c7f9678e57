package io.langevin.sampling.samplers;

import static io.langevin.sampling.samplers.SamplerParameter.EPSILON;
import static io.langevin.sampling.samplers.SamplerParameter.STEPS_PER_LEVEL;

import io.langevin.noise.AnnealedLangevin;
import io.langevin.noise.NoiseSchedule;
import io.langevin.noise.SamplingPlan;
import io.langevin.score.Checkpoint;
import java.util.Set;

/** Algorithm 1 of Song and Ermon 2020: T steps at each of the checkpoint's noise levels. */
final class AnnealedLangevinPlanner implements SamplerPlanner {
    @Override
    public Set<SamplerParameter> parameters() {
        return Set.of(STEPS_PER_LEVEL, EPSILON);
    }

    @Override
    public boolean staysAtTrainedLevels() {
        return true;
    }

    /** A number of evaluations that is not that of all steps decides ε. */
    @Override
    public SamplerSettings completed(
            SamplerSettings settings, NoiseSchedule schedule, Checkpoint checkpoint) {
        SamplerSettings all = settings.or(STEPS_PER_LEVEL, checkpoint.stepsPerLevel());
        all = all.orEvaluations(whole(all, schedule));
        return all.evaluations() == whole(all, schedule)
                ? all.or(EPSILON, checkpoint.epsilon())
                : all;
    }

    @Override
    public SamplingPlan plan(
            SamplerSettings settings, NoiseSchedule schedule, Checkpoint checkpoint) {
        int whole = whole(settings, schedule);
        int budget = settings.evaluations();
        if (budget == whole) {
            return AnnealedLangevin.plan(
                    schedule, steps(settings), settings.number(EPSILON), settings.denoises());
        }
        if (settings.numbers().containsKey(EPSILON)) {
            throw new IllegalArgumentException(
                    "epsilon: must be null where networkEvaluations is given, which decides it,"
                            + " not "
                            + settings.number(EPSILON));
        }
        if (checkpoint.architecture().family().isConditional()) {
            throw new IllegalArgumentException(
                    "networkEvaluations: must be %d for a network that knows only its own noise"
                                    .formatted(whole)
                            + " levels, not "
                            + budget);
        }
        return AnnealedLangevin.withBudget(schedule, steps(settings), budget, settings.denoises());
    }

    /** Network evaluations of all steps. */
    private static int whole(SamplerSettings settings, NoiseSchedule schedule) {
        return schedule.levels() * steps(settings) + (settings.denoises() ? 1 : 0);
    }

    private static int steps(SamplerSettings settings) {
        return (int) settings.number(STEPS_PER_LEVEL);
    }
}
