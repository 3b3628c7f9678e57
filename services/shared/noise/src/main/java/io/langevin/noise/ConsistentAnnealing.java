package io.langevin.noise;

import io.langevin.noise.SamplingPlan.Row;
import java.util.ArrayList;
import java.util.List;

/**
 * Consistent annealed sampling (Jolicoeur-Martineau et al. 2020, Algorithm 3): each evaluation
 * removes a share η of the noise and adds as much as the next scale lacks, so that the noise in an
 * image is exactly what the network is told.
 */
public final class ConsistentAnnealing {
    private ConsistentAnnealing() {}

    /**
     * x ← x + η·σᵢ·f(x) + β·σᵢ₊₁·z with β² = 1 − (1−η)²·(σᵢ/σᵢ₊₁)², over scales that are geometric
     * between the ends of the schedule, and η = 1 − (σᵢ₊₁/σᵢ)²: then it is ancestral sampling.
     *
     * @param evaluations at least 2
     * @param denoise whether the last one removes all the noise; without, σ_L's is left
     */
    public static SamplingPlan plan(NoiseSchedule schedule, int evaluations, boolean denoise) {
        NoiseSchedule scales = Budget.geometric(schedule, evaluations, denoise);
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i + 1 < scales.levels(); i++) {
            rows.add(ancestral(scales.sigma(i), scales.sigma(i + 1)));
        }
        if (denoise) {
            rows.add(Row.denoising(scales.smallest()));
        }
        return new SamplingPlan(scales.largest(), rows);
    }

    /**
     * The row from one scale to a smaller one, as the reversed chain of noise goes (Song et al.
     * 2021, appendix F): the mean moves by (σ² − σ′²)·s, and σ′²·(σ² − σ′²)/σ² is the variance
     * added.
     */
    static Row ancestral(double from, double to) {
        double removed = from * from - to * to;
        return new Row(from, 1, removed / from, to * Math.sqrt(removed) / from);
    }
}
