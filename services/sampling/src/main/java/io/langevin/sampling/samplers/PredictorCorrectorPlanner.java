package io.langevin.sampling.samplers;

import io.langevin.noise.NoiseSchedule;
import io.langevin.noise.PredictorCorrector;
import io.langevin.noise.SamplingPlan;
import io.langevin.score.Checkpoint;
import java.util.Set;

/** Predictor and corrector in turn, Song et al. 2021. */
final class PredictorCorrectorPlanner implements SamplerPlanner {
    @Override
    public Set<Parameter> parameters() {
        return Set.of(Parameter.EPSILON);
    }

    @Override
    public SamplingPlan plan(
            SamplerSettings settings,
            NoiseSchedule schedule,
            Checkpoint checkpoint,
            boolean denoise) {
        double smallest = schedule.smallest();
        double own = PredictorCorrector.RELATIVE_STEP_SIZE * smallest * smallest;
        return PredictorCorrector.plan(
                schedule, settings.evaluations(), settings.epsilon().orElse(own), denoise);
    }
}
