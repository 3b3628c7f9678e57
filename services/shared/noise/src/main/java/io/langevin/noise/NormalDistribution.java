package io.langevin.noise;

/** The standard normal distribution function Φ. */
final class NormalDistribution {
    private static final double LOG_SQRT_2_PI = 0.5 * Math.log(2 * Math.PI);

    private NormalDistribution() {}

    /**
     * Φ(x) = ½ + φ(x)·(x + x³/3 + x⁵/(3·5) + …), exact to about 1e-15 (G. Marsaglia, "Evaluating
     * the Normal Distribution", 2004); beyond |x| = 8 the tail is below 1e-15.
     */
    static double cumulative(double x) {
        if (Math.abs(x) > 8) {
            return x < 0 ? 0 : 1;
        }
        double term = x;
        double sum = x;
        for (int i = 3; Math.abs(term) > 1e-17 * Math.abs(sum); i += 2) {
            term *= x * x / i;
            sum += term;
        }
        return 0.5 + sum * Math.exp(-0.5 * x * x - LOG_SQRT_2_PI);
    }
}
