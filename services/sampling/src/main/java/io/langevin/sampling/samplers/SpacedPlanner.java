package io.langevin.sampling.samplers;

import static io.langevin.sampling.samplers.SamplerParameter.NOISE_SCALE;
import static io.langevin.sampling.samplers.SamplerParameter.RHO;

import io.langevin.noise.NoiseSchedule;
import io.langevin.noise.SamplingPlan;
import io.langevin.score.Checkpoint;
import java.util.Set;

/**
 * A sampler that needs to know nothing but how many noise scales it has and how they are spaced.
 *
 * @param method makes its plan
 * @param noiseScale by which f is multiplied where the request says nothing
 */
record SpacedPlanner(Method method, Set<SamplerParameter> parameters, double noiseScale)
        implements SamplerPlanner {
    /** A plan over scales between the ends of a schedule. */
    interface Method {
        /**
         * @param evaluations of the network for one image
         * @param rho the scales' ρ-th roots are evenly spaced
         * @param denoise whether the plan ends with a denoising row
         */
        SamplingPlan plan(NoiseSchedule schedule, int evaluations, double rho, boolean denoise);
    }

    /** Least and most that f may be multiplied by; anything else is a mistake. */
    private static final double LEAST_SCALE = 0.5;

    private static final double MOST_SCALE = 2;

    /** A sampler that adds noise in every row: it forgets what the network leaves over. */
    static SpacedPlanner stochastic(Method method) {
        return new SpacedPlanner(method, Set.of(RHO), 1);
    }

    /** A sampler that adds no noise after the start. */
    static SpacedPlanner deterministic(Method method, double noiseScale) {
        return new SpacedPlanner(method, Set.of(RHO, NOISE_SCALE), noiseScale);
    }

    @Override
    public SamplerSettings completed(
            SamplerSettings settings, NoiseSchedule schedule, Checkpoint checkpoint) {
        SamplerSettings spaced = settings.orEvaluations().orRho();
        return parameters.contains(NOISE_SCALE) ? spaced.or(NOISE_SCALE, noiseScale) : spaced;
    }

    @Override
    public SamplingPlan plan(
            SamplerSettings settings, NoiseSchedule schedule, Checkpoint checkpoint) {
        double scale = parameters.contains(NOISE_SCALE) ? settings.number(NOISE_SCALE) : noiseScale;
        if (!(scale >= LEAST_SCALE && scale <= MOST_SCALE)) {
            throw new IllegalArgumentException(
                    "noiseScale: must be %s to %s, not %s"
                            .formatted(LEAST_SCALE, MOST_SCALE, scale));
        }
        SamplingPlan plan =
                method.plan(
                        schedule,
                        settings.evaluations(),
                        settings.number(RHO),
                        settings.denoises());
        return scale == 1 ? plan : plan.scaled(scale);
    }
}
