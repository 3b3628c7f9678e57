package io.langevin.score;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import io.langevin.noise.NoiseSchedule;
import io.langevin.score.CompiledNetwork.Precision;
import io.langevin.score.NetworkArchitecture.Family;
import io.langevin.score.torch.ComputeDevice;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A device that shares out calls by itself; here it is the processor once more. */
class WholeCallsTest {
    private static final ComputeDevice OTHER =
            new ComputeDevice("other:0", "other", Device.cpu(), true);
    private static final NoiseSchedule SCHEDULE = NoiseSchedule.geometric(1, 0.1, 3);
    private static final int IMAGES = 40;

    @Test
    void a_network_gives_the_same_in_one_call_as_shared_out() {
        var architecture = new NetworkArchitecture(Family.BASE, 4, 1, 8);

        float[] whole = evaluated(checkpoint(architecture), OTHER);
        float[] shared = evaluated(checkpoint(architecture), ComputeDevice.CPU);

        assertThat(relative(whole, shared)).isLessThan(1e-6);
    }

    private static Checkpoint checkpoint(NetworkArchitecture architecture) {
        return new Checkpoint(
                architecture,
                SCHEDULE,
                2,
                1e-4,
                true,
                "s",
                Optional.empty(),
                DenoisingScoreMatching.State.initial(architecture, 1).weights(),
                Map.of());
    }

    /** Calls have one size, so kernels are chosen alike whatever shares the call. */
    @Test
    void an_images_numbers_do_not_depend_on_how_many_are_asked_for() {
        var architecture = new NetworkArchitecture(Family.BASE, 4, 1, 8);
        int dimension = architecture.dimension();
        float[] x = images(dimension);
        float[] all = new float[100 * dimension];
        float[] one = new float[dimension];
        float[] many = new float[100 * dimension];
        for (int i = 0; i < 100; i++) {
            System.arraycopy(x, i % IMAGES * dimension, all, i * dimension, dimension);
        }
        try (var network =
                new TorchScoreNetwork(checkpoint(architecture), Precision.FLOAT32, OTHER)) {
            network.evaluate(all, new float[100], many, 100);
            for (int i : new int[] {0, 1, 63, 64, 99}) {
                float[] alone = Arrays.copyOfRange(all, i * dimension, (i + 1) * dimension);
                network.evaluate(alone, new float[1], one, 1);
                assertThat(one)
                        .as("image %d", i)
                        .containsExactly(
                                Arrays.copyOfRange(many, i * dimension, (i + 1) * dimension));
            }
        }
    }

    private static float[] evaluated(Checkpoint checkpoint, ComputeDevice device) {
        try (var network = new TorchScoreNetwork(checkpoint, Precision.FLOAT32, device)) {
            float[] f = new float[IMAGES * network.dimension()];
            network.evaluate(images(network.dimension()), new float[IMAGES], f, IMAGES);
            return f;
        }
    }

    /** Gradients of shards add up to that of the batch, for networks of both kinds. */
    @Test
    void a_training_goes_the_same_way_in_one_call_as_shared_out() {
        for (Family family : new Family[] {Family.BASE, Family.NCSN}) {
            var architecture =
                    new NetworkArchitecture(family, 4, 1, 8, family.isConditional() ? 3 : 0);
            float[] whole = trained(architecture, OTHER);
            float[] shared = trained(architecture, ComputeDevice.CPU);

            assertThat(relative(whole, shared)).as("%s", family).isLessThan(1e-4);
        }
    }

    private static float[] trained(NetworkArchitecture architecture, ComputeDevice device) {
        var settings =
                new DenoisingScoreMatching.Settings(
                        new LearningRate(1e-4, 0, 0),
                        0.9,
                        0.999,
                        1e-3, // gradients that are nearly nothing change the weights by nearly
                        // nothing
                        new ExponentialMovingAverage(0.9, false),
                        5);
        var begin = DenoisingScoreMatching.State.initial(architecture, 2);
        try (var training =
                new DenoisingScoreMatching(architecture, SCHEDULE, settings, begin, device)) {
            for (int step = 0; step < 3; step++) {
                training.step(images(architecture.dimension()));
            }
            return training.state().weights();
        }
    }

    private static float[] images(int dimension) {
        var random = new Random(3);
        float[] images = new float[IMAGES * dimension];
        for (int k = 0; k < images.length; k++) {
            images[k] = random.nextFloat();
        }
        return images;
    }

    private static double relative(float[] these, float[] those) {
        double different = 0;
        double size = 0;
        for (int k = 0; k < these.length; k++) {
            different += Math.pow(these[k] - those[k], 2);
            size += Math.pow(those[k], 2);
        }
        return Math.sqrt(different / size);
    }
}
