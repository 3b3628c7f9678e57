package io.langevin.sampling.samplers;

import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * What a request says of its sampler; what is empty is taken from the checkpoint, or is the
 * sampler's own.
 *
 * @param stepsPerLevel T, Langevin steps at each noise level
 * @param epsilon step size ε of Langevin dynamics in squared pixel units
 * @param denoise whether one last step removes the remaining noise
 * @param networkEvaluations for one image, to be met exactly
 * @param givenRho the noise scales' ρ-th roots are evenly spaced; infinite: they are geometric
 * @param churn S_churn of stochastic samplers
 * @param noiseScale by which a deterministic sampler multiplies f
 */
public record SamplerSettings(
        OptionalInt stepsPerLevel,
        OptionalDouble epsilon,
        Optional<Boolean> denoise,
        OptionalInt networkEvaluations,
        OptionalDouble givenRho,
        OptionalDouble churn,
        OptionalDouble noiseScale) {
    /** Network evaluations of samplers that have no number of their own. */
    private static final int DEFAULT_EVALUATIONS = 64;

    /** Spacing that Karras et al. 2022 found best. */
    private static final double DEFAULT_RHO = 7;

    double rho() {
        return givenRho.orElse(DEFAULT_RHO);
    }

    int evaluations() {
        return networkEvaluations.orElse(DEFAULT_EVALUATIONS);
    }
}
