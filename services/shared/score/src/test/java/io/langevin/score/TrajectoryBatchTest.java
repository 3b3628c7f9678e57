package io.langevin.score;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.langevin.noise.AnnealedLangevin;
import io.langevin.noise.ConsistentAnnealing;
import io.langevin.noise.NoiseSchedule;
import io.langevin.noise.PredictorCorrector;
import io.langevin.noise.ProbabilityFlow;
import io.langevin.noise.SamplingPlan;
import io.langevin.trajectory.AfterRow;
import io.langevin.trajectory.FilmStrip;
import io.langevin.trajectory.ImageNoise;
import io.langevin.trajectory.ImageSeeds;
import io.langevin.trajectory.Inpainting;
import io.langevin.trajectory.Parked;
import io.langevin.trajectory.ScoreNetwork;
import io.langevin.trajectory.TrajectoryBatch;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TrajectoryBatchTest {
    private static final NoiseSchedule SCHEDULE = NoiseSchedule.geometric(5, 0.5, 10);

    /** The exact f = σ·s of N(0, 1) blurred by σ = 0.5. */
    private record Gaussian(int dimension) implements ScoreNetwork {
        @Override
        public void evaluate(float[] x, float[] sigma, float[] f, int count) {
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

    /** A sampler, and whether half of the image is given. */
    private record Kind(SamplingPlan plan, boolean inpaints) {
        static final List<Kind> ALL =
                List.of(
                        new Kind(AnnealedLangevin.plan(SCHEDULE, 1, 0.02, true), false),
                        new Kind(AnnealedLangevin.plan(SCHEDULE, 2, 0.01, false), true),
                        new Kind(ConsistentAnnealing.plan(SCHEDULE, 7, true), false),
                        new Kind(ProbabilityFlow.euler(SCHEDULE, 5, 7, false), false),
                        new Kind(ProbabilityFlow.heun(SCHEDULE, 12, 7, true), true),
                        new Kind(PredictorCorrector.plan(SCHEDULE, 9, 0.02, true), false));

        AfterRow task(int dimension) {
            if (!inpaints) {
                return AfterRow.NOTHING;
            }
            float[] image = new float[dimension];
            float[] kept = new float[dimension];
            Arrays.fill(kept, 0, dimension / 2, 1);
            return new Inpainting(image, kept);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"ncsnv2-28", "ncsn"})
    void what_becomes_of_an_image_does_not_depend_on_the_others(String file) {
        Oracle oracle = Oracle.named(file);
        long seed = System.nanoTime();
        var random = new Random(seed);
        int images = 30;
        int[] kinds = random.ints(images, 0, Kind.ALL.size()).toArray();
        Map<Integer, float[]> lonely = new HashMap<>();
        try (var network = oracle.scoreNetwork()) {
            for (int i = 0; i < images; i++) {
                lonely.put(i, alone(network, Kind.ALL.get(kinds[i]), 100 + i));
            }
        }
        try (var network = oracle.scoreNetwork();
                var batch = new TrajectoryBatch<Integer>(network, 1 + random.nextInt(17))) {
            List<Integer> waiting = new ArrayList<>(lonely.keySet());
            Collections.shuffle(waiting, random);
            Deque<Parked<Integer>> parked = new ArrayDeque<>();
            int finished = 0;
            while (finished < images) {
                while (!waiting.isEmpty()
                        && batch.free() > 0
                        && (batch.size() == 0 || random.nextBoolean())) {
                    int next = waiting.remove(0);
                    Kind kind = Kind.ALL.get(kinds[next]);
                    AfterRow task = kind.task(network.dimension());
                    batch.add(next, kind.plan(), ImageNoise.seeded(100 + next), task);
                }
                int least = random.nextInt(images);
                parked.addAll(batch.park(owner -> owner >= least, random.nextInt(3)));
                while (batch.free() > 0
                        && !parked.isEmpty()
                        && (batch.size() == 0 || random.nextBoolean())) {
                    var next = parked.remove();
                    Kind kind = Kind.ALL.get(kinds[next.owner()]);
                    batch.resume(random.nextBoolean() ? next : elsewhere(next, kind, network));
                }
                for (TrajectoryBatch.Finished<Integer> image : batch.step()) {
                    assertThat(image.pixels())
                            .as("image %d, seed %d", image.owner(), seed)
                            .isEqualTo(lonely.get(image.owner()));
                    finished++;
                }
            }
        }
    }

    /** As another process goes on with it. */
    private static Parked<Integer> elsewhere(
            Parked<Integer> parked, Kind kind, ScoreNetwork network) {
        return Parked.of(
                parked.owner(),
                kind.plan(),
                ImageNoise.seeded(100 + parked.owner()),
                kind.task(network.dimension()),
                parked.saved());
    }

    @Test
    void a_film_strip_between_two_seeds_goes_on_elsewhere_as_if_it_had_never_been_out() {
        SamplingPlan plan = AnnealedLangevin.plan(SCHEDULE, 2, 0.01, true);
        Supplier<ImageNoise> noise =
                () -> ImageNoise.between(ImageNoise.seeded(1), ImageNoise.seeded(2), 0.3);
        var whole = new FilmStrip(4, 8);
        var batch = new TrajectoryBatch<Integer>(new Gaussian(8), 1);
        batch.add(0, plan, noise.get(), whole);
        float[] wanted = end(batch);

        var first = new TrajectoryBatch<Integer>(new Gaussian(8), 1);
        first.add(0, plan, noise.get(), new FilmStrip(4, 8));
        for (int row = 0; row < 10; row++) {
            first.step();
        }
        var saved = first.park(owner -> true, 1).get(0).saved();
        var strip = new FilmStrip(4, 8);
        var second = new TrajectoryBatch<Integer>(new Gaussian(8), 1);
        second.resume(Parked.of(0, plan, noise.get(), strip, saved));

        assertThat(saved.row()).isEqualTo(10);
        assertThat(end(second)).isEqualTo(wanted);
        assertThat(strip.picture(2, 2)).isEqualTo(whole.picture(2, 2));
    }

    @Test
    void the_kept_part_of_an_image_is_the_given_one() {
        float[] image = {0.25f, 0.5f, 0.75f, 1};
        float[] kept = {1, 1, 0, 0};
        SamplingPlan plan = AnnealedLangevin.plan(SCHEDULE, 2, 0.01, true);
        var batch = new TrajectoryBatch<Integer>(new Gaussian(4), 1);
        batch.add(0, plan, ImageNoise.seeded(5), new Inpainting(image, kept));

        float[] pixels = end(batch);

        assertThat(pixels).startsWith(0.25f, 0.5f);
        assertThat(pixels[2]).isNotEqualTo(0.75f);
    }

    @Test
    void between_two_seeds_the_ends_are_the_images_of_the_seeds() {
        SamplingPlan plan = AnnealedLangevin.plan(SCHEDULE, 2, 0.01, true);
        for (int end = 0; end < 2; end++) {
            var noise =
                    ImageNoise.between(
                            ImageNoise.seeded(1), ImageNoise.seeded(2), end * Math.PI / 2);
            var batch = new TrajectoryBatch<Integer>(new Gaussian(8), 1);
            batch.add(0, plan, noise);
            assertThat(end(batch))
                    .usingComparatorWithPrecision(1e-5f)
                    .containsExactly(alone(new Gaussian(8), plan, 1 + end));
        }
    }

    @Test
    void a_film_strip_ends_with_the_image() {
        SamplingPlan plan = AnnealedLangevin.plan(SCHEDULE, 2, 0.01, true);
        var strip = new FilmStrip(8, 4);
        var batch = new TrajectoryBatch<Integer>(new Gaussian(4), 1);
        batch.add(0, plan, ImageNoise.seeded(1), strip);

        float[] pixels = end(batch);
        float[] picture = strip.picture(1, 2);

        assertThat(FilmStrip.frames(21, 8)).isEqualTo(3);
        assertThat(picture).hasSize(12);
        assertThat(new float[] {picture[4], picture[5], picture[10], picture[11]})
                .isEqualTo(pixels);
    }

    @Test
    void weights_outlive_the_java_buffers_that_they_came_in() {
        Oracle oracle = Oracle.named("ncsnv2-28");
        try (var network = oracle.scoreNetwork()) {
            float[] x = new float[4 * network.dimension()];
            float[] before = new float[x.length];
            network.evaluate(x, new float[4], before, 4);

            for (int i = 0; i < 20; i++) {
                oracle.scoreNetwork().close(); // the same amounts of memory, taken and given back
                System.gc();
            }

            float[] after = new float[x.length];
            network.evaluate(x, new float[4], after, 4);
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

    private static float[] alone(ScoreNetwork network, SamplingPlan plan, long seed) {
        return alone(network, new Kind(plan, false), seed);
    }

    private static float[] alone(ScoreNetwork network, Kind kind, long seed) {
        var batch = new TrajectoryBatch<Integer>(network, 1);
        AfterRow task = kind.task(network.dimension());
        batch.add(0, kind.plan(), ImageNoise.seeded(seed), task);
        return end(batch);
    }

    private static float[] end(TrajectoryBatch<Integer> batch) {
        List<TrajectoryBatch.Finished<Integer>> finished = List.of();
        while (finished.isEmpty()) {
            finished = batch.step();
        }
        return finished.get(0).pixels();
    }
}
