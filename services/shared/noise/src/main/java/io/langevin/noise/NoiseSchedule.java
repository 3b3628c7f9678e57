package io.langevin.noise;

import java.util.ArrayList;
import java.util.List;

/**
 * Noise scales σ₁ > … > σ_L, largest first (the paper, section 3).
 *
 * @param sigmas standard deviations in pixel units, finite and above 0
 */
public record NoiseSchedule(List<Double> sigmas) {

    /** More levels than this would be a mistake in a request, not a schedule. */
    public static final int MAXIMUM_LEVELS = 10_000;

    /** The roots of a larger ρ are too close together for their differences to be exact. */
    private static final double GEOMETRIC_FROM = 1e6;

    public NoiseSchedule {
        sigmas = List.copyOf(sigmas);
        if (sigmas.isEmpty() || sigmas.size() > MAXIMUM_LEVELS) {
            throw new IllegalArgumentException(
                    "sigmas: a schedule needs 1 to %d noise scales, not %d"
                            .formatted(MAXIMUM_LEVELS, sigmas.size()));
        }
        double above = Double.POSITIVE_INFINITY;
        for (double sigma : sigmas) {
            if (!(sigma > 0 && sigma < above)) {
                throw new IllegalArgumentException(
                        "sigmas: must be finite, above 0 and falling, but %s follows %s"
                                .formatted(sigma, above));
            }
            above = sigma;
        }
    }

    /**
     * {@code levels} scales from {@code largest} to {@code smallest}, both exact, with one ratio.
     */
    public static NoiseSchedule geometric(double largest, double smallest, int levels) {
        if (levels < 2) {
            return new NoiseSchedule(List.of(largest));
        }
        if (levels > MAXIMUM_LEVELS) {
            throw new IllegalArgumentException(
                    "levels: must be at most %d, not %d".formatted(MAXIMUM_LEVELS, levels));
        }
        List<Double> sigmas = new ArrayList<>(levels);
        double ratio = Math.log(smallest / largest) / (levels - 1);
        for (int i = 0; i < levels - 1; i++) {
            sigmas.add(largest * Math.exp(i * ratio));
        }
        sigmas.add(smallest);
        return new NoiseSchedule(sigmas);
    }

    /**
     * Techniques 1 and 2 together: as many scales as the ratio for {@code dimension} and overlap
     * {@code c} asks for, the ratio then recomputed so that both ends are exact.
     *
     * @param largest σ₁, the largest distance between two training images
     * @param smallest σ_L
     * @param dimension D = C·H·W
     * @param c the overlap C of neighbouring shells, 0 to 0.997
     */
    public static NoiseSchedule forData(double largest, double smallest, int dimension, double c) {
        double ratio = GeometricRatio.solve(dimension, c);
        return geometric(largest, smallest, GeometricRatio.levels(largest, smallest, ratio));
    }

    /**
     * Scales whose {@code rho}-th roots are evenly spaced (Karras et al. 2022, Eq. 5, ρ = 7): the
     * larger ρ is, the closer together where noise is small. With ρ = ∞ they are geometric.
     *
     * @param rho at least 1
     */
    public static NoiseSchedule rooted(double largest, double smallest, int levels, double rho) {
        if (!(rho >= 1)) {
            throw new IllegalArgumentException("rho: must be at least 1, not " + rho);
        }
        if (rho > GEOMETRIC_FROM) {
            return geometric(largest, smallest, levels);
        }
        if (levels < 2) {
            return new NoiseSchedule(List.of(largest));
        }
        List<Double> sigmas = new ArrayList<>(levels);
        double first = Math.pow(largest, 1 / rho);
        double last = Math.pow(smallest, 1 / rho);
        sigmas.add(largest);
        for (int i = 1; i < levels - 1; i++) {
            sigmas.add(Math.pow(first + i * (last - first) / (levels - 1), rho));
        }
        sigmas.add(smallest);
        return new NoiseSchedule(sigmas);
    }

    public int levels() {
        return sigmas.size();
    }

    public double sigma(int level) {
        return sigmas.get(level);
    }

    /** The level whose scale is nearest to {@code sigma} in the logarithm. */
    public int nearest(double sigma) {
        int best = 0;
        for (int i = 1; i < levels(); i++) {
            if (Math.abs(Math.log(sigma(i) / sigma)) < Math.abs(Math.log(sigma(best) / sigma))) {
                best = i;
            }
        }
        return best;
    }

    /** The levels whose scale is at most {@code sigma}; those of dynamics that begin later. */
    public NoiseSchedule upTo(double sigma) {
        return new NoiseSchedule(sigmas.stream().filter(level -> level <= sigma).toList());
    }

    public double largest() {
        return sigmas.get(0);
    }

    public double smallest() {
        return sigmas.get(sigmas.size() - 1);
    }

    /** γ, the ratio of neighbouring scales; 1 where there is a single one. */
    public double ratio() {
        return levels() == 1 ? 1 : Math.exp(Math.log(largest() / smallest()) / (levels() - 1));
    }

    /** Langevin step size αᵢ = ε·σᵢ²/σ_L² (Algorithm 1, line 3). */
    public double stepSize(int level, double epsilon) {
        double relative = sigma(level) / smallest();
        return epsilon * relative * relative;
    }
}
