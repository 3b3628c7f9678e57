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
 */
public record SamplerSettings(
        OptionalInt stepsPerLevel,
        OptionalDouble epsilon,
        Optional<Boolean> denoise,
        OptionalInt networkEvaluations) {
    /** Network evaluations of samplers that have no number of their own. */
    private static final int DEFAULT_EVALUATIONS = 64;

    int evaluations() {
        return networkEvaluations.orElse(DEFAULT_EVALUATIONS);
    }
}
