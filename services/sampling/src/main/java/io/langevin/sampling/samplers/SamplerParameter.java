package io.langevin.sampling.samplers;

/** Numbers that some samplers take beside networkEvaluations and denoise. */
public enum SamplerParameter {
    /** T, Langevin steps at each noise level; an integer. */
    STEPS_PER_LEVEL("stepsPerLevel"),

    /** Step size ε of Langevin dynamics in squared pixel units. */
    EPSILON("epsilon"),

    /** The noise scales' ρ-th roots are evenly spaced; infinite: they are geometric. */
    RHO("rho"),

    /** S_churn of stochastic samplers. */
    CHURN("churn"),

    /** By which a deterministic sampler multiplies f. */
    NOISE_SCALE("noiseScale");

    private final String field;

    SamplerParameter(String field) {
        this.field = field;
    }

    /** Its name in requests. */
    String field() {
        return field;
    }
}
