package io.langevin.sampling;

import static io.langevin.sampling.SamplingFixture.request;
import static io.langevin.sampling.TestImages.computed;
import static io.langevin.sampling.TestImages.floats;
import static io.langevin.sampling.TestImages.inpainting;
import static io.langevin.sampling.TestImages.png;
import static org.assertj.core.api.Assertions.assertThat;

import io.langevin.artifacts.ArtifactId;
import io.langevin.noise.PlanShape;
import io.langevin.records.GeneratedImage;
import io.langevin.records.ImageFormat;
import io.langevin.records.ImageOrigin;
import io.langevin.records.SampleOutcome;
import io.langevin.records.SampleRequest;
import io.langevin.records.Sampler;
import io.langevin.records.SamplerKind;
import io.langevin.records.Task;
import io.langevin.records.TaskKind;
import io.langevin.score.Checkpoint;
import io.langevin.trajectory.ImageSeeds;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a request can ask for besides new images by the recommended sampler. */
class SamplersAndTasksTest extends OneModelSession {
    @Test
    void every_sampler_meets_its_budget() throws Exception {
        for (SamplerKind kind : SamplerKind.values()) {
            if (kind == SamplerKind.SEARCHED) {
                continue; // its numbers stand in the checkpoint
            }
            int budget = kind == SamplerKind.ANNEALED_LANGEVIN ? 9 : 12;
            SampleRequest request =
                    request()
                            .setSampler(
                                    Sampler.newBuilder()
                                            .setKind(kind)
                                            .setNetworkEvaluations(
                                                    kind == SamplerKind.RECOMMENDED ? null : budget)
                                            .build())
                            .build();
            sampling.ask(request);

            SampleOutcome outcome = sampling.outcome(request.getRequestId());
            assertThat(outcome.getReason()).isEmpty();
            assertThat(outcome.getNetworkEvaluations())
                    .isEqualTo(kind == SamplerKind.RECOMMENDED ? 7 : budget);
        }
    }

    @Test
    void what_a_checkpoint_recommends_is_used_where_a_request_leaves_the_choice() throws Exception {
        var choice = new Checkpoint.Recommendation("PROBABILITY_FLOW_HEUN", 5);
        ArtifactId id = sampling.artifacts.put(CHECKPOINT.recommending(choice).bytes());
        SampleRequest free = request().setCheckpoint(id.hex()).build();
        SampleRequest steps = request().setCheckpoint(id.hex()).setSampler(steps(3)).build();
        sampling.ask(free);
        sampling.ask(steps);

        assertThat(sampling.outcome(free.getRequestId()).getNetworkEvaluations()).isEqualTo(5);
        assertThat(sampling.outcome(steps.getRequestId()).getNetworkEvaluations()).isEqualTo(10);
    }

    @Test
    void a_searched_plan_is_used_where_the_request_leaves_the_choice() throws Exception {
        var schedule = CHECKPOINT.schedule();
        var five = new PlanShape(9, 2, 1, 0.5, 1, 1, 1).plan(schedule, 5);
        var eight = new PlanShape(9, 2, 1, 0.5, 1, 1, 1).plan(schedule, 8);
        var choice = new Checkpoint.Recommendation("SEARCHED", 8, List.of(five, eight));
        ArtifactId id = sampling.artifacts.put(CHECKPOINT.recommending(choice).bytes());

        assertThat(origin(id, Sampler.newBuilder()).getPlan()).isEqualTo(eight.sha256());
        assertThat(origin(id, Sampler.newBuilder().setNetworkEvaluations(5)).getPlan())
                .isEqualTo(five.sha256());
        assertThat(origin(id, Sampler.newBuilder().setNetworkEvaluations(6)).getSampler().getKind())
                .isEqualTo(SamplerKind.DPM_SOLVER_SDE);
        assertThat(origin(id, Sampler.newBuilder().setRho(5.0)).getSampler().getKind())
                .isEqualTo(SamplerKind.DPM_SOLVER_SDE);
        assertThat(origin(id, Sampler.newBuilder().setDenoise(false)).getSampler().getKind())
                .isEqualTo(SamplerKind.DPM_SOLVER_SDE);
        assertThat(origin(id, Sampler.newBuilder().setKind(SamplerKind.SEARCHED)).getPlan())
                .isEqualTo(eight.sha256());
        SampleRequest unknown =
                request()
                        .setCheckpoint(id.hex())
                        .setSampler(
                                Sampler.newBuilder()
                                        .setKind(SamplerKind.SEARCHED)
                                        .setNetworkEvaluations(6)
                                        .build())
                        .build();
        sampling.ask(unknown);
        assertThat(sampling.outcome(unknown.getRequestId()).getReason())
                .isEqualTo(
                        "sampler.networkEvaluations: must be one of [5, 8], for which the"
                                + " checkpoint has plans, not 6");
    }

    @Test
    void a_plan_serves_its_number_of_evaluations_also_where_another_sampler_is_recommended()
            throws Exception {
        var five = new PlanShape(9, 2, 1, 0.5, 1, 1, 1).plan(CHECKPOINT.schedule(), 5);
        var choice = new Checkpoint.Recommendation("DPM_SOLVER_SDE", 8, List.of(five));
        ArtifactId id = sampling.artifacts.put(CHECKPOINT.recommending(choice).bytes());

        assertThat(origin(id, Sampler.newBuilder()).getSampler().getKind())
                .isEqualTo(SamplerKind.DPM_SOLVER_SDE);
        assertThat(origin(id, Sampler.newBuilder().setNetworkEvaluations(5)).getPlan())
                .isEqualTo(five.sha256());
    }

    private ImageOrigin origin(ArtifactId checkpoint, Sampler.Builder sampler) throws Exception {
        SampleRequest request =
                request().setCheckpoint(checkpoint.hex()).setSampler(sampler.build()).build();
        sampling.ask(request);
        return sampling.images(request.getRequestId()).get(0).getOrigin();
    }

    @Test
    void an_inpainted_image_keeps_what_is_white_in_the_mask() throws Exception {
        byte[] mask = png(8, (x, y) -> x < 4 ? 255 : 0);
        SampleRequest request =
                request()
                        .setCount(2)
                        .setImageFormat(ImageFormat.FLOAT32)
                        .setTask(inpainting(png(8), mask))
                        .build();
        sampling.ask(request);

        for (GeneratedImage image : sampling.images(request.getRequestId())) {
            float[] pixels = floats(image);
            for (int y = 0; y < 8; y++) {
                for (int x = 0; x < 4; x++) {
                    assertThat(pixels[8 * y + x]).isEqualTo((17 * x + y) / 255f);
                }
            }
        }
    }

    @Test
    void interpolation_goes_from_one_seed_to_the_other() throws Exception {
        Task between =
                Task.newBuilder()
                        .setKind(TaskKind.INTERPOLATE)
                        .setFirstSeed(7L)
                        .setLastSeed(8L)
                        .build();
        SampleRequest request =
                request().setCount(3).setImageFormat(ImageFormat.FLOAT32).setTask(between).build();
        sampling.ask(request);

        List<GeneratedImage> images = sampling.images(request.getRequestId());
        assertThat(floats(images.get(0))).isEqualTo(computed(CHECKPOINT, ImageSeeds.ofImage(7, 0)));
        assertThat(floats(images.get(2)))
                .usingComparatorWithPrecision(1e-4f)
                .containsExactly(computed(CHECKPOINT, ImageSeeds.ofImage(8, 0)));
    }

    @Test
    void denoising_is_one_evaluation_and_a_trajectory_one_strip() throws Exception {
        Task denoising =
                Task.newBuilder()
                        .setKind(TaskKind.DENOISE)
                        .setImage(ByteBuffer.wrap(png(8)))
                        .setSigma(0.3)
                        .build();
        SampleRequest denoise = request().setTask(denoising).build();
        Task strip = Task.newBuilder().setKind(TaskKind.TRAJECTORY).setEveryRows(3).build();
        SampleRequest trajectory = request().setTask(strip).build();
        Task last = Task.newBuilder(strip).setEveryRows(Integer.MAX_VALUE).build();
        SampleRequest lastFrame = request().setTask(last).build();
        sampling.ask(lastFrame);
        sampling.ask(denoise);
        sampling.ask(trajectory);

        assertThat(sampling.images(denoise.getRequestId()).get(0).getNetworkEvaluations())
                .isEqualTo(1);
        GeneratedImage film = sampling.images(trajectory.getRequestId()).get(0);
        assertThat(film.getWidth()).isEqualTo(3 * 8); // after rows 3, 6 and 7
        assertThat(film.getHeight()).isEqualTo(8);
        assertThat(sampling.images(lastFrame.getRequestId()).get(0).getWidth()).isEqualTo(8);
    }

    private static Sampler steps(int steps) {
        return Sampler.newBuilder().setStepsPerLevel(steps).build();
    }
}
