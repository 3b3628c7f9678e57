package io.langevin.trajectory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.langevin.noise.DpmSolver;
import io.langevin.noise.NoiseSchedule;
import io.langevin.noise.ProbabilityFlow;
import io.langevin.noise.SamplingPlan;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Restoration of images from a standard normal density, where directions know nothing of each
 * other: what was measured must be met, and what was not measured must be as without a measurement.
 */
class RestorationTest {
    private static final int SIDE = 4;
    private static final int D = 2 * SIDE * SIDE;
    private static final NoiseSchedule SCHEDULE = NoiseSchedule.geometric(20, 0.01, 12);
    private static final SamplingPlan SDE = DpmSolver.sde(SCHEDULE, 12, 7, true);

    /** f of the normal density's score: −σ·x/(1 + σ²). */
    private static final ScoreNetwork NORMAL =
            new ScoreNetwork() {
                @Override
                public int dimension() {
                    return D;
                }

                @Override
                public void evaluate(float[] x, float[] sigma, float[] f, int count) {
                    for (int k = 0; k < count * D; k++) {
                        float s = sigma[k / D];
                        f[k] = -s * x[k] / (1 + s * s);
                    }
                }
            };

    /** Two orthonormal vectors of four numbers: (1, 1, 0, 0)/√2 and (0, 0, 1, 1)/√2. */
    private static SeparableBasis pairs() {
        float half = (float) Math.sqrt(0.5);
        return new SeparableBasis(2, SIDE, 2, new float[] {half, 0, half, 0, 0, half, 0, half});
    }

    private static float[] sampled(SamplingPlan plan, AfterRow task) {
        try (var batch = new TrajectoryBatch<String>(NORMAL, 1)) {
            batch.add("", plan, ImageNoise.seeded(5), task);
            while (true) {
                var finished = batch.step();
                if (!finished.isEmpty()) {
                    return finished.get(0).pixels();
                }
            }
        }
    }

    private static Restoration restoration(SingularBasis basis, float deviation) {
        var random = new Random(3);
        float[] measured = new float[basis.size()];
        float[] deviations = new float[basis.size()];
        for (int i = 0; i < measured.length; i++) {
            measured[i] = (float) random.nextGaussian();
            deviations[i] = deviation;
        }
        return new Restoration(basis, measured, deviations);
    }

    private static List<SingularBasis> bases() {
        float[] dense = new float[3 * D];
        dense[5] = 1;
        dense[D + 9] = 1;
        dense[2 * D + 9 + SIDE * SIDE] = 1;
        return List.of(pairs(), new ChannelMeanBasis(2, SIDE * SIDE), new DenseBasis(D, dense));
    }

    @Test
    void what_was_measured_is_met_and_the_rest_is_as_without_a_measurement() {
        for (SamplingPlan plan :
                List.of(SDE, ProbabilityFlow.heun(SCHEDULE, 12, 7, true), SDE.scaled(1.2))) {
            for (SingularBasis basis : bases()) {
                Restoration task = restoration(basis, 0);

                float[] image = sampled(plan, task);
                float[] free = sampled(plan, AfterRow.NOTHING);

                float[] seen = new float[basis.size()];
                basis.project(image, seen);
                assertThat(seen).containsExactly(task.measured(), within(1e-4f));
                assertThat(unseen(basis, image))
                        .containsExactly(unseen(basis, free), within(1e-4f));
            }
        }
    }

    @Test
    void numbers_of_infinite_deviation_change_nothing() {
        Restoration task = restoration(pairs(), Float.POSITIVE_INFINITY);

        assertThat(sampled(SDE, task)).containsExactly(sampled(SDE, AfterRow.NOTHING));
    }

    @Test
    void where_noise_is_as_large_as_the_scale_the_estimate_goes_half_way() {
        var basis = new DenseBasis(2, new float[] {1, 0});
        var task = new Restoration(basis, new float[] {3}, new float[] {0.5f});
        float[] x = {9, 9, 1, 2};
        float[] f = {9, 9, -1, -2};

        task.evaluated(0.5, x, f, 2, 2); // D = (0.5, 1), measured 3: (1.75, 1)

        assertThat(f).containsExactly(9, 9, 1.5f, -2);
    }

    /** The image without what the basis sees of it. */
    private static float[] unseen(SingularBasis basis, float[] image) {
        float[] seen = new float[basis.size()];
        basis.project(image, seen);
        float[] rest = Arrays.copyOf(image, image.length);
        basis.add(seen, -1, rest, 0);
        return rest;
    }
}
