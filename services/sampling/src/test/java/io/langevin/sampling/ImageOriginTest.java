package io.langevin.sampling;

import static io.langevin.sampling.SamplingFixture.request;
import static io.langevin.sampling.TestImages.png;
import static org.assertj.core.api.Assertions.assertThat;

import io.langevin.artifacts.ArtifactId;
import io.langevin.messaging.text.FlatRecord;
import io.langevin.records.GeneratedImage;
import io.langevin.records.ImageOrigin;
import io.langevin.records.SampleRequest;
import io.langevin.records.SampleStatus;
import io.langevin.records.Sampler;
import io.langevin.records.SamplerKind;
import io.langevin.records.Task;
import io.langevin.records.TaskKind;
import io.langevin.score.Checkpoint;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What an image says of what made it, and what can be made again from that. */
class ImageOriginTest extends OneModelSession {
    @Test
    void origin_names_what_the_request_left_to_the_checkpoint() throws Exception {
        var choice = new Checkpoint.Recommendation("DPM_SOLVER_SDE", 6);
        ArtifactId id = sampling.artifacts.put(CHECKPOINT.recommending(choice).bytes());

        ImageOrigin origin = image(request().setCheckpoint(id.hex()).setSeed(7L)).getOrigin();

        assertThat(origin.getModel()).isEqualTo("m");
        assertThat(origin.getCheckpoint()).isEqualTo(id.hex());
        assertThat(origin.getScheduleId()).isEqualTo(CHECKPOINT.scheduleId());
        assertThat(origin.getSampler().getKind()).isEqualTo(SamplerKind.DPM_SOLVER_SDE);
        assertThat(origin.getSampler().getNetworkEvaluations()).isEqualTo(6);
        assertThat(origin.getPlan()).matches("[0-9a-f]{64}");
    }

    @Test
    void plans_that_differ_have_other_digests_and_equal_ones_the_same() throws Exception {
        String one = image(request().setSampler(heun(null))).getOrigin().getPlan();

        assertThat(image(request().setSampler(heun(7.0))).getOrigin().getPlan()).isEqualTo(one);
        assertThat(image(request().setSampler(heun(5.0))).getOrigin().getPlan()).isNotEqualTo(one);
    }

    private static Sampler heun(Double rho) {
        return Sampler.newBuilder()
                .setKind(SamplerKind.PROBABILITY_FLOW_HEUN)
                .setNetworkEvaluations(6)
                .setRho(rho)
                .build();
    }

    @Test
    void an_image_alone_has_the_bytes_that_it_had_among_others() throws Exception {
        Task strip = Task.newBuilder().setKind(TaskKind.TRAJECTORY).setEveryRows(3).build();
        for (Task task : List.of(Task.newBuilder().build(), strip)) {
            SampleRequest several = request().setCount(3).setSeed(9L).setTask(task).build();
            sampling.ask(several);
            GeneratedImage third = sampling.images(several.getRequestId()).get(2);

            GeneratedImage alone =
                    image(request().setSeed(third.getSeed()).setSeedOfImage(true).setTask(task));

            assertThat(alone.getSeed()).isEqualTo(third.getSeed());
            assertThat(alone.getBytes()).isEqualTo(third.getBytes());
            assertThat(alone.getOrigin()).isEqualTo(third.getOrigin());
        }
    }

    @Test
    void given_images_are_named_by_their_digest_however_they_came() throws Exception {
        byte[] given = png(8);
        ArtifactId id = sampling.artifacts.put(given);
        Task.Builder denoise = Task.newBuilder().setKind(TaskKind.DENOISE).setSigma(0.3);

        GeneratedImage byBytes =
                image(
                        request()
                                .setSeed(1L)
                                .setTask(
                                        Task.newBuilder(denoise)
                                                .setImage(ByteBuffer.wrap(given))
                                                .build()));
        GeneratedImage byId =
                image(
                        request()
                                .setSeed(1L)
                                .setTask(
                                        Task.newBuilder(denoise)
                                                .setImageArtifact(id.hex())
                                                .build()));

        assertThat(byBytes.getOrigin().getTask().getImage()).isEqualTo(id.hex());
        assertThat(byBytes.getBytes()).isEqualTo(byId.getBytes());
    }

    @Test
    void a_png_carries_its_origin_unless_the_request_says_no() throws Exception {
        GeneratedImage told = image(request().setSeed(3L));
        GeneratedImage silent = image(request().setSeed(3L).setDescribe(false));

        String file = new String(told.getBytes().array(), StandardCharsets.ISO_8859_1);
        FlatRecord.fields(told.getOrigin())
                .forEach((field, text) -> assertThat(file).contains(field + "\0" + text));
        assertThat(silent.getBytes().remaining()).isLessThan(told.getBytes().remaining());
        assertThat(silent.getOrigin()).isEqualTo(told.getOrigin());
    }

    @Test
    void the_seed_of_an_image_is_that_of_one_image() throws Exception {
        for (SampleRequest.Builder wrong :
                List.of(
                        request().setSeedOfImage(true),
                        request().setSeedOfImage(true).setSeed(1L).setCount(2))) {
            SampleRequest request = wrong.build();
            sampling.ask(request);

            var outcome = sampling.outcome(request.getRequestId());
            assertThat(outcome.getStatus()).isEqualTo(SampleStatus.FAILED);
            assertThat(outcome.getReason())
                    .isEqualTo(
                            "seedOfImage: must be false without a seed, for more than one image"
                                    + " and for an interpolation, not true");
        }
    }

    private GeneratedImage image(SampleRequest.Builder asked) throws Exception {
        SampleRequest request = asked.build();
        sampling.ask(request);
        return sampling.images(request.getRequestId()).get(0);
    }
}
