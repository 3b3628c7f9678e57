package io.langevin.sampling.samplers;

import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What a request says of its sampler; what is empty is taken from the checkpoint, or is the
 * sampler's own.
 *
 * @param networkEvaluations for one image, to be met exactly
 * @param denoise whether one last step removes the remaining noise
 * @param numbers those that are given; STEPS_PER_LEVEL is an Integer, the others are Doubles
 */
public record SamplerSettings(
        OptionalInt networkEvaluations,
        Optional<Boolean> denoise,
        Map<SamplerParameter, Number> numbers) {
    /** Network evaluations of samplers that have no number of their own. */
    private static final int DEFAULT_EVALUATIONS = 64;

    /** Spacing that Karras et al. 2022 found best. */
    private static final double DEFAULT_RHO = 7;

    public SamplerSettings {
        numbers = Map.copyOf(numbers);
    }

    SamplerSettings orEvaluations(int own) {
        return networkEvaluations.isPresent()
                ? this
                : new SamplerSettings(OptionalInt.of(own), denoise, numbers);
    }

    SamplerSettings orEvaluations() {
        return orEvaluations(DEFAULT_EVALUATIONS);
    }

    SamplerSettings orDenoise(boolean own) {
        return denoise.isPresent()
                ? this
                : new SamplerSettings(networkEvaluations, Optional.of(own), numbers);
    }

    SamplerSettings orRho() {
        return or(SamplerParameter.RHO, DEFAULT_RHO);
    }

    SamplerSettings or(SamplerParameter parameter, Number own) {
        Map<SamplerParameter, Number> all = new EnumMap<>(SamplerParameter.class);
        all.put(parameter, own);
        all.putAll(numbers);
        return new SamplerSettings(networkEvaluations, denoise, all);
    }

    /** Once they are completed. */
    int evaluations() {
        return networkEvaluations.orElseThrow();
    }

    /** Once they are completed. */
    boolean denoises() {
        return denoise.orElseThrow();
    }

    /** A number that is given, or was completed. */
    double number(SamplerParameter parameter) {
        return Optional.ofNullable(numbers.get(parameter)).orElseThrow().doubleValue();
    }
}
