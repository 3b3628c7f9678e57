package io.langevin.sampling.samplers;

import static io.langevin.sampling.samplers.SamplerParameter.EPSILON;

import io.langevin.noise.NoiseSchedule;
import io.langevin.noise.PredictorCorrector;
import io.langevin.noise.SamplingPlan;
import io.langevin.score.Checkpoint;
import java.util.Set;

/** Predictor and corrector in turn, Song et al. 2021. */
final class PredictorCorrectorPlanner implements SamplerPlanner {
    @Override
    public Set<SamplerParameter> parameters() {
        return Set.of(EPSILON);
    }

    @Override
    public SamplerSettings completed(
            SamplerSettings settings, NoiseSchedule schedule, Checkpoint checkpoint) {
        double smallest = schedule.smallest();
        return settings.orEvaluations()
                .or(EPSILON, PredictorCorrector.RELATIVE_STEP_SIZE * smallest * smallest);
    }

    @Override
    public SamplingPlan plan(
            SamplerSettings settings, NoiseSchedule schedule, Checkpoint checkpoint) {
        return PredictorCorrector.plan(
                schedule, settings.evaluations(), settings.number(EPSILON), settings.denoises());
    }
}
