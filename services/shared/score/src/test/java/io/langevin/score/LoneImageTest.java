package io.langevin.score;

import static org.assertj.core.api.Assertions.assertThat;

import io.langevin.noise.NoiseSchedule;
import io.langevin.score.CompiledNetwork.Precision;
import io.langevin.score.NetworkArchitecture.Family;
import io.langevin.score.torch.ComputeDevice;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** An image's numbers in float32 do not depend on who shares the call, nor on whether one does. */
class LoneImageTest {
    private static final NoiseSchedule SCHEDULE = NoiseSchedule.geometric(1, 0.1, 10);
    private static final int IMAGES = 9;

    /** Sizes on both sides of where PyTorch itself would take other kernels for one image. */
    @Test
    void a_lone_image_has_the_bits_that_it_has_in_company() {
        for (NetworkArchitecture architecture :
                List.of(
                        new NetworkArchitecture(Family.BASE, 4, 1, 8),
                        new NetworkArchitecture(Family.BASE, 32, 1, 28),
                        new NetworkArchitecture(Family.BASE, 24, 3, 32),
                        new NetworkArchitecture(Family.NCSN, 16, 1, 28, 10),
                        new NetworkArchitecture(Family.DEEPER, 8, 3, 64))) {
            check(architecture);
        }
    }

    private static void check(NetworkArchitecture architecture) {
        float[] weights = DenoisingScoreMatching.State.initial(architecture, 1).weights();
        int dimension = architecture.dimension();
        float[] x = new float[IMAGES * dimension];
        var random = new Random(2);
        for (int k = 0; k < x.length; k++) {
            x[k] = random.nextFloat() + (float) random.nextGaussian();
        }
        float[] sigma = new float[IMAGES];
        Arrays.fill(sigma, 0.5f);
        float[] together = new float[x.length];
        float[] alone = new float[dimension];
        try (var network =
                new TorchScoreNetwork(
                        architecture, SCHEDULE, weights, Precision.FLOAT32, ComputeDevice.CPU)) {
            network.evaluate(x, sigma, together, IMAGES);
            for (int i = 0; i < IMAGES; i += 4) {
                int from = i * dimension;
                float[] one = Arrays.copyOfRange(x, from, from + dimension);
                network.evaluate(one, sigma, alone, 1);
                assertThat(alone)
                        .as("%s, image %d", architecture, i)
                        .containsExactly(Arrays.copyOfRange(together, from, from + dimension));
            }
        }
    }
}
