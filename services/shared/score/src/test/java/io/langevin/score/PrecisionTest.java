package io.langevin.score;

import static org.assertj.core.api.Assertions.assertThat;

import io.langevin.score.CompiledNetwork.Precision;
import io.langevin.score.torch.ComputeDevice;
import io.langevin.trajectory.ImageNoise;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PrecisionTest {
    private static final Path BUNDLED = Path.of("../../local/bundled/models/fashion.safetensors");
    private static final int COUNT = 8;

    /**
     * 8 bits of mantissa through some 40 convolutions: percents, not more, at every noise scale.
     */
    @ParameterizedTest
    @ValueSource(floats = {0.01f, 0.3f, 10})
    void in_bfloat16_a_trained_score_is_near(float sigma) throws Exception {
        Checkpoint checkpoint = Checkpoint.parse(Files.readAllBytes(BUNDLED));
        float[] x = new float[COUNT * checkpoint.architecture().dimension()];
        ImageNoise.seeded(1).normal(x);
        for (int k = 0; k < x.length; k++) {
            x[k] = 0.3f + sigma * x[k];
        }
        float[] exact = evaluated(checkpoint, x, Precision.FLOAT32);
        float[] rounded = evaluated(checkpoint, x, Precision.BFLOAT16);

        double error = 0;
        double size = 0;
        for (int k = 0; k < x.length; k++) {
            error += Math.pow(rounded[k] - exact[k], 2);
            size += Math.pow(exact[k], 2);
        }
        assertThat(Math.sqrt(error / size)).isBetween(1e-4, 0.05);
    }

    private static float[] evaluated(Checkpoint checkpoint, float[] x, Precision precision) {
        float[] f = new float[x.length];
        try (var network = new TorchScoreNetwork(checkpoint, precision, ComputeDevice.CPU)) {
            network.evaluate(x, new float[COUNT], f, COUNT);
        }
        return f;
    }
}
