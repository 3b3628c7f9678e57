package io.langevin.sampling;

import static io.langevin.sampling.SamplingFixture.checkpoint;
import static io.langevin.sampling.SamplingFixture.request;
import static io.langevin.sampling.TestImages.computed;
import static io.langevin.sampling.TestImages.floats;
import static io.langevin.sampling.TestImages.png;
import static org.assertj.core.api.Assertions.assertThat;

import io.langevin.artifacts.ArtifactId;
import io.langevin.noise.AnnealedLangevin;
import io.langevin.records.GeneratedImage;
import io.langevin.records.ImageFormat;
import io.langevin.records.SampleRequest;
import io.langevin.records.Sampler;
import io.langevin.records.Task;
import io.langevin.records.TaskKind;
import io.langevin.score.Checkpoint;
import io.langevin.score.TorchScoreNetwork;
import io.langevin.trajectory.AfterRow;
import io.langevin.trajectory.GuidedNetwork;
import io.langevin.trajectory.ImageNoise;
import io.langevin.trajectory.ImageSeeds;
import io.langevin.trajectory.TrajectoryBatch;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Networks that are led away from a weaker one. */
class GuidedRequestsTest extends OneModelSession {
    private static final Checkpoint WEAKER = checkpoint(2, 3);

    @Test
    void guided_and_plain_requests_run_side_by_side_each_with_its_own_images() throws Exception {
        ArtifactId guide = sampling.artifacts.put(WEAKER.bytes());
        SampleRequest plain = seeded(Sampler.newBuilder());
        SampleRequest far = seeded(Sampler.newBuilder().setGuide(guide.hex()).setGuidance(3.0));
        SampleRequest usual = seeded(Sampler.newBuilder().setGuide(guide.hex()));
        sampling.ask(plain);
        sampling.ask(far);
        sampling.ask(usual);

        long seed = ImageSeeds.ofImage(7, 0);
        assertThat(floats(image(plain))).containsExactly(computed(CHECKPOINT, seed));
        assertThat(floats(image(far))).containsExactly(guided(seed, 3));
        assertThat(floats(image(usual))).containsExactly(guided(seed, 1.25));
        assertThat(image(plain).getNetworkEvaluations()).isEqualTo(7);
        assertThat(image(far).getNetworkEvaluations()).isEqualTo(14);
        assertThat(sampling.outcome(far.getRequestId()).getNetworkEvaluations()).isEqualTo(14);
        assertThat(image(far).getOrigin().getSampler().getGuide()).isEqualTo(guide.hex());
        assertThat(image(usual).getOrigin().getSampler().getGuidance()).isEqualTo(1.25);
    }

    @Test
    void wrong_guides_are_refused() throws Exception {
        String coloured = sampling.artifacts.put(checkpoint(1, 3, 3).bytes()).hex();
        String guide = sampling.artifacts.put(WEAKER.bytes()).hex();
        Map<SampleRequest, String> wrong = new LinkedHashMap<>();
        wrong.put(
                seeded(Sampler.newBuilder().setGuide("../x")),
                "sampler.guide: artifact: must be 64");
        wrong.put(
                seeded(Sampler.newBuilder().setGuide("0".repeat(64))),
                "sampler.guide: artifact " + "0".repeat(64));
        wrong.put(
                seeded(Sampler.newBuilder().setGuide(coloured)),
                "sampler.guide: must make images of 8×8×1, not 8×8×3");
        wrong.put(
                seeded(Sampler.newBuilder().setGuidance(2.0)),
                "sampler.guidance: must be null without a guide, not 2.0");
        for (double far : new double[] {-1, 11, Double.NaN}) {
            wrong.put(
                    seeded(Sampler.newBuilder().setGuide(guide).setGuidance(far)),
                    "sampler.guidance: must be 0 to 10, not " + far);
        }
        wrong.put(
                SampleRequest.newBuilder(seeded(Sampler.newBuilder().setGuide(guide)))
                        .setTask(
                                Task.newBuilder()
                                        .setKind(TaskKind.SCORE)
                                        .setImage(ByteBuffer.wrap(png(8)))
                                        .build())
                        .build(),
                "sampler.guide: must be null for SCORE");
        wrong.keySet().forEach(sampling::ask);

        for (var each : wrong.entrySet()) {
            assertThat(sampling.outcome(each.getKey().getRequestId()).getReason())
                    .startsWith(each.getValue());
        }
    }

    @Test
    void the_origin_of_a_denoised_image_names_the_guide_too() throws Exception {
        String guide = sampling.artifacts.put(WEAKER.bytes()).hex();
        SampleRequest request =
                SampleRequest.newBuilder(seeded(Sampler.newBuilder().setGuide(guide)))
                        .setTask(
                                Task.newBuilder()
                                        .setKind(TaskKind.DENOISE)
                                        .setSigma(0.5)
                                        .setImage(ByteBuffer.wrap(png(8)))
                                        .build())
                        .build();
        sampling.ask(request);

        Sampler sampler = image(request).getOrigin().getSampler();

        assertThat(sampler.getGuide()).isEqualTo(guide);
        assertThat(sampler.getGuidance()).isEqualTo(1.25);
    }

    private static SampleRequest seeded(Sampler.Builder sampler) {
        return request()
                .setSeed(7L)
                .setImageFormat(ImageFormat.FLOAT32)
                .setSampler(sampler.build())
                .build();
    }

    private GeneratedImage image(SampleRequest request) throws Exception {
        return sampling.images(request.getRequestId()).get(0);
    }

    private static float[] guided(long seed, double weight) {
        var network =
                new GuidedNetwork(new TorchScoreNetwork(CHECKPOINT), new TorchScoreNetwork(WEAKER));
        var plan = AnnealedLangevin.plan(CHECKPOINT.schedule(), 2, 1e-4, true);
        try (var batch = new TrajectoryBatch<String>(network, 1)) {
            batch.add("", plan, ImageNoise.seeded(seed), network.guided(weight, AfterRow.NOTHING));
            var finished = batch.step();
            while (finished.isEmpty()) {
                finished = batch.step();
            }
            return finished.get(0).pixels();
        }
    }
}
