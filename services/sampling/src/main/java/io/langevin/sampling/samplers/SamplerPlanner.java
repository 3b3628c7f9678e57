package io.langevin.sampling.samplers;

import io.langevin.noise.NoiseSchedule;
import io.langevin.noise.SamplingPlan;
import io.langevin.score.Checkpoint;
import java.util.Set;

/** Makes one sampler's plan. */
interface SamplerPlanner {
    /** The parameters that this sampler takes. */
    Set<SamplerParameter> parameters();

    /** Whether every row of a plan is at a noise level that the network was trained at. */
    default boolean staysAtTrainedLevels() {
        return false;
    }

    /** Whether a plan ends with a denoising row where nothing is said, whatever the checkpoint. */
    default boolean alwaysDenoises() {
        return false;
    }

    /**
     * The settings with the sampler's own where they are empty. Completed settings, given by a
     * request, make the same plan.
     *
     * @param settings have denoise
     * @param schedule the noise scales that the plan goes through
     */
    SamplerSettings completed(
            SamplerSettings settings, NoiseSchedule schedule, Checkpoint checkpoint);

    /**
     * The plan for one image.
     *
     * @param settings are completed
     * @throws IllegalArgumentException which setting, which rule, which value
     */
    SamplingPlan plan(SamplerSettings settings, NoiseSchedule schedule, Checkpoint checkpoint);
}
