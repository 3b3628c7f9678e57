package io.langevin.score;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.langevin.noise.AnnealedLangevin;
import io.langevin.noise.NoiseSchedule;
import io.langevin.noise.SamplingPlan;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TrajectoryBatchTest {
    private static final NoiseSchedule SCHEDULE = NoiseSchedule.geometric(5, 0.5, 10);

    /** The exact f = σ·s of N(0, 1) blurred by σ = 0.5. */
    private record Gaussian(int dimension) implements ScoreNetwork {
        @Override
        public void evaluate(float[] x, float[] f, int count) {
            for (int k = 0; k < count * dimension; k++) {
                f[k] = -0.5f * x[k] / 1.25f;
            }
        }
    }

    @Test
    void reaches_the_variance_of_a_gaussian() {
        var single = NoiseSchedule.geometric(0.5, 0.5, 1);
        SamplingPlan plan = AnnealedLangevin.plan(single, 400, 0.05, true);
        long seed = 11;

        float[] pixels = alone(new Gaussian(20_000), plan, seed);

        double sum = 0;
        for (float pixel : pixels) {
            sum += pixel * pixel;
        }
        // stationary 1.25/(1 − 0.05/2.5) = 1.2755, then x·0.8 once: 0.816
        assertThat(sum / pixels.length).as("seed %d", seed).isCloseTo(0.816, within(0.03));
    }

    @Test
    void what_becomes_of_an_image_does_not_depend_on_the_others() {
        Oracle oracle = Oracle.named("ncsnv2-28");
        SamplingPlan shorter = AnnealedLangevin.plan(SCHEDULE, 1, 0.02, true);
        SamplingPlan longer = AnnealedLangevin.plan(SCHEDULE, 2, 0.01, false);
        Map<Integer, float[]> lonely = new HashMap<>();
        for (int i = 0; i < 7; i++) {
            try (var network = network(oracle)) {
                lonely.put(i, alone(network, i % 2 == 0 ? shorter : longer, 100 + i));
            }
        }
        long seed = System.nanoTime();
        var random = new Random(seed);
        try (var batch = new TrajectoryBatch<Integer>(network(oracle), 5)) {
            int next = 0;
            int finished = 0;
            while (finished < 7) {
                while (next < 7
                        && batch.free() > 0
                        && (batch.size() == 0 || random.nextBoolean())) {
                    SamplingPlan plan = next % 2 == 0 ? shorter : longer;
                    batch.add(next, plan, ImageNoise.seeded(100 + next));
                    next++;
                }
                for (TrajectoryBatch.Finished<Integer> image : batch.step()) {
                    assertThat(image.pixels())
                            .as("image %d, arrivals by seed %d", image.owner(), seed)
                            .isEqualTo(lonely.get(image.owner()));
                    finished++;
                }
            }
        }
    }

    @Test
    void weights_outlive_the_java_buffers_that_they_came_in() {
        Oracle oracle = Oracle.named("ncsnv2-28");
        try (var network = network(oracle)) {
            float[] x = new float[4 * network.dimension()];
            float[] before = new float[x.length];
            network.evaluate(x, before, 4);

            for (int i = 0; i < 20; i++) {
                network(oracle).close(); // the same amounts of memory, taken and given back
                System.gc();
            }

            float[] after = new float[x.length];
            network.evaluate(x, after, 4);
            assertThat(after).isEqualTo(before);
        }
    }

    @Test
    void removed_images_leave_and_the_others_stay() {
        SamplingPlan plan = AnnealedLangevin.plan(SCHEDULE, 2, 0.01, true);
        float[] wanted = alone(new Gaussian(8), plan, 3);
        try (var batch = new TrajectoryBatch<Integer>(new Gaussian(8), 3)) {
            for (int i = 1; i <= 3; i++) {
                batch.add(i, plan, ImageNoise.seeded(i));
            }
            batch.step();
            assertThat(batch.removeIf(owner -> owner < 3)).isEqualTo(2);
            List<TrajectoryBatch.Finished<Integer>> finished = List.of();
            while (finished.isEmpty()) {
                finished = batch.step();
            }
            assertThat(finished.get(0).pixels()).isEqualTo(wanted);
            assertThat(batch.size()).isZero();
        }
    }

    @Test
    void a_full_batch_takes_no_more() {
        SamplingPlan plan = AnnealedLangevin.plan(SCHEDULE, 1, 0.01, true);
        try (var batch = new TrajectoryBatch<Integer>(new Gaussian(4), 1)) {
            batch.add(1, plan, ImageNoise.seeded(1));
            assertThatThrownBy(() -> batch.add(2, plan, ImageNoise.seeded(2)))
                    .isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void seeds_are_those_that_other_programs_compute() {
        // SplitMix64 seeded with 1234567, its first two outputs (published test vector)
        assertThat(ImageSeeds.ofImage(1_234_567, 0)).isEqualTo(6_457_827_717_110_365_317L);
        assertThat(ImageSeeds.ofImage(1_234_567, 1)).isEqualTo(3_203_168_211_198_807_973L);
        // sha256("abc") begins ba7816bf8f01cfea
        assertThat(ImageSeeds.ofRequest("abc")).isEqualTo(0xba7816bf8f01cfeaL);
    }

    private static TorchScoreNetwork network(Oracle oracle) {
        return new TorchScoreNetwork(oracle.architecture(), oracle.flat("weights."));
    }

    private static float[] alone(ScoreNetwork network, SamplingPlan plan, long seed) {
        var batch = new TrajectoryBatch<Integer>(network, 1);
        batch.add(0, plan, ImageNoise.seeded(seed));
        List<TrajectoryBatch.Finished<Integer>> finished = List.of();
        while (finished.isEmpty()) {
            finished = batch.step();
        }
        return Arrays.copyOf(finished.get(0).pixels(), network.dimension());
    }
}
