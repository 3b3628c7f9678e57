package io.langevin.sampling;

import static io.langevin.sampling.SamplingFixture.request;
import static io.langevin.sampling.TestImages.floats;
import static io.langevin.sampling.TestImages.png;
import static org.assertj.core.api.Assertions.assertThat;

import io.langevin.artifacts.ArtifactId;
import io.langevin.noise.DenoisingErrorsPlan;
import io.langevin.records.GeneratedImage;
import io.langevin.records.ImageFormat;
import io.langevin.records.SampleRequest;
import io.langevin.records.Task;
import io.langevin.records.TaskKind;
import io.langevin.score.TorchScoreNetwork;
import io.langevin.score.Typicality;
import io.langevin.trajectory.DenoisingErrors;
import io.langevin.trajectory.TrajectoryBatch;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** How unusual a given image is. */
class ScoreRequestsTest extends OneModelSession {
    private static final int D = 64;

    @Test
    void the_score_is_the_distance_of_the_images_errors_and_the_image_comes_back()
            throws Exception {
        var random = new Random(4);
        List<float[]> grey = new ArrayList<>();
        for (int i = 0; i < 64; i++) {
            float[] image = new float[D];
            for (int k = 0; k < D; k++) {
                image[k] = 0.5f + 0.05f * (float) random.nextGaussian();
            }
            grey.add(image);
        }
        var typical = Typicality.of(new TorchScoreNetwork(CHECKPOINT), CHECKPOINT.schedule(), grey);
        ArtifactId id = sampling.artifacts.put(CHECKPOINT.knowing(typical).bytes());

        GeneratedImage scored = scored(id, png(8));

        float[] given = new float[D];
        for (int k = 0; k < D; k++) {
            given[k] = (17 * (k % 8) + k / 8) / 255f;
        }
        assertThat(scored.getScore()).isEqualTo(typical.orElseThrow().distance(errors(given)));
        assertThat(floats(scored)).containsExactly(given);
        assertThat(scored.getNetworkEvaluations()).isEqualTo(11);
    }

    private static float[] errors(float[] image) {
        var errors = new DenoisingErrors(image);
        try (var batch = new TrajectoryBatch<String>(new TorchScoreNetwork(CHECKPOINT), 1)) {
            batch.add(
                    "",
                    DenoisingErrorsPlan.of(CHECKPOINT.schedule()),
                    Typicality.noise(),
                    errors,
                    image);
            while (batch.size() > 0) {
                batch.step();
            }
        }
        return errors.gathered();
    }

    private GeneratedImage scored(ArtifactId checkpoint, byte[] image) throws Exception {
        SampleRequest request =
                request()
                        .setCheckpoint(checkpoint.hex())
                        .setSeed(7L)
                        .setImageFormat(ImageFormat.FLOAT32)
                        .setTask(
                                Task.newBuilder()
                                        .setKind(TaskKind.SCORE)
                                        .setImage(ByteBuffer.wrap(image))
                                        .build())
                        .build();
        sampling.ask(request);
        return sampling.images(request.getRequestId()).get(0);
    }

    @Test
    void a_checkpoint_that_does_not_know_what_is_typical_says_so() throws Exception {
        SampleRequest request =
                request()
                        .setTask(
                                Task.newBuilder()
                                        .setKind(TaskKind.SCORE)
                                        .setImage(ByteBuffer.wrap(png(8)))
                                        .build())
                        .build();
        sampling.ask(request);

        assertThat(sampling.outcome(request.getRequestId()).getReason())
                .isEqualTo(
                        "task.kind: must be another one: the checkpoint does not know which images"
                                + " are typical, not SCORE");
    }
}
