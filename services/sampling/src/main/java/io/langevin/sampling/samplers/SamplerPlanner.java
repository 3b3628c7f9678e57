package io.langevin.sampling.samplers;

import io.langevin.noise.NoiseSchedule;
import io.langevin.noise.SamplingPlan;
import io.langevin.score.Checkpoint;
import java.util.Set;

/** Makes one sampler's plan. */
interface SamplerPlanner {
    /** Parameters that a sampler may take beside networkEvaluations and denoise. */
    enum Parameter {
        STEPS_PER_LEVEL("stepsPerLevel"),
        EPSILON("epsilon"),
        RHO("rho"),
        CHURN("churn"),
        NOISE_SCALE("noiseScale");

        private final String field;

        Parameter(String field) {
            this.field = field;
        }

        /** Its name in requests. */
        String field() {
            return field;
        }
    }

    /** The parameters that this sampler takes. */
    Set<Parameter> parameters();

    /** Whether every row of a plan is at a noise level that the network was trained at. */
    default boolean staysAtTrainedLevels() {
        return false;
    }

    /**
     * The plan for one image.
     *
     * @param schedule the noise scales that the plan goes through
     * @param denoise whether it ends with a denoising row
     * @throws IllegalArgumentException which setting, which rule, which value
     */
    SamplingPlan plan(
            SamplerSettings settings,
            NoiseSchedule schedule,
            Checkpoint checkpoint,
            boolean denoise);
}
