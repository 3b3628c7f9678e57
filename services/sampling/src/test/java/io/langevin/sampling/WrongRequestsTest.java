package io.langevin.sampling;

import static io.langevin.messaging.Topics.CANCELLATIONS;
import static io.langevin.messaging.Topics.SAMPLING_REQUESTS;
import static io.langevin.sampling.SamplingFixture.request;
import static io.langevin.sampling.TestImages.inpainting;
import static io.langevin.sampling.TestImages.png;
import static org.assertj.core.api.Assertions.assertThat;

import io.langevin.records.Cancellation;
import io.langevin.records.SampleOutcome;
import io.langevin.records.SampleRequest;
import io.langevin.records.SampleStatus;
import io.langevin.records.Sampler;
import io.langevin.records.SamplerKind;
import io.langevin.records.Task;
import io.langevin.records.TaskKind;
import io.langevin.trajectory.Float32;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What is wrong is answered, and holds up nobody. */
class WrongRequestsTest extends OneModelSession {
    private static SampleRequest of(TaskKind kind, Double sigma, float[] image, float[] mask) {
        return request()
                .setTask(
                        Task.newBuilder()
                                .setKind(kind)
                                .setSigma(sigma)
                                .setImage(Float32.bytes(image))
                                .setMask(mask == null ? null : Float32.bytes(mask))
                                .build())
                .build();
    }

    @Test
    void wrong_requests_fail_with_field_rule_and_value_and_the_next_one_is_served()
            throws Exception {
        Map<SampleRequest, String> wrong = new LinkedHashMap<>();
        wrong.put(request().setCount(0).build(), "count: must be 1 to 10000, not 0");
        wrong.put(request().setCount(-1).build(), "count: must be 1 to 10000, not -1");
        wrong.put(
                request().setCount(Integer.MAX_VALUE).build(),
                "count: must be 1 to 10000, not 2147483647");
        float[] huge = new float[64];
        Arrays.fill(huge, 3e38f);
        float[] grey = new float[64];
        Arrays.fill(grey, 0.5f);
        for (TaskKind kind : List.of(TaskKind.DENOISE, TaskKind.IMAGE_TO_IMAGE)) {
            wrong.put(
                    of(kind, 0.5, huge, null),
                    "task.image: must have finite numbers up to 1.0E9, not 3.0E38");
            wrong.put(
                    of(kind, 1e300, grey, null), "task.sigma: must be above 0 and at most 1000000");
            wrong.put(
                    of(kind, Double.POSITIVE_INFINITY, grey, null),
                    "task.sigma: must be above 0 and at most 1000000, not Infinity");
        }
        for (float part : new float[] {-0.1f, 1.1f, 1e30f}) {
            float[] mask = new float[64];
            mask[63] = part;
            wrong.put(of(TaskKind.INPAINT, null, grey, mask), "task.mask: must have");
        }
        wrong.put(request().setModel("nobody").build(), "model: must be one of [m], not 'nobody'");
        wrong.put(request().setModel("../m").build(), "model: must be 1 to 100 letters");
        wrong.put(request().setCheckpoint("../x").build(), "checkpoint: artifact: must be 64");
        wrong.put(
                request().setCheckpoint("0".repeat(64)).build(),
                "checkpoint: artifact " + "0".repeat(64));
        wrong.put(
                request().setSampler(steps(0)).build(),
                "sampler.stepsPerLevel: must be at least 1");
        wrong.put(
                request().setSampler(epsilon(Double.NaN)).build(),
                "sampler.epsilon: must be above 0");
        wrong.put(request().setSampler(epsilon(-1)).build(), "sampler.epsilon: must be above 0");
        wrong.put(
                request()
                        .setSampler(
                                Sampler.newBuilder()
                                        .setKind(SamplerKind.PROBABILITY_FLOW_HEUN)
                                        .setNetworkEvaluations(1)
                                        .build())
                        .build(),
                "sampler.networkEvaluations: must be 2 to 10000 with denoise true, not 1");
        wrong.put(
                request().setSampler(Sampler.newBuilder().setNetworkEvaluations(8).build()).build(),
                "sampler.networkEvaluations: must be 7 or 9 with stepsPerLevel 2");
        wrong.put(
                request()
                        .setSampler(
                                Sampler.newBuilder()
                                        .setKind(SamplerKind.CONSISTENT_ANNEALING)
                                        .setStepsPerLevel(2)
                                        .build())
                        .build(),
                "sampler.stepsPerLevel: must be null for CONSISTENT_ANNEALING, not 2");
        wrong.put(
                request().setSampler(solver(0.5, null)).build(),
                "sampler.rho: must be at least 1, not 0.5");
        wrong.put(
                request().setSampler(solver(Double.NaN, null)).build(),
                "sampler.rho: must be at least 1, not NaN");
        wrong.put(
                request().setSampler(solver(null, 3.0)).build(),
                "sampler.churn: must be null for DPM_SOLVER_SDE, not 3.0");
        wrong.put(
                request()
                        .setSampler(
                                Sampler.newBuilder()
                                        .setKind(SamplerKind.STOCHASTIC_HEUN)
                                        .setChurn(-1.0)
                                        .build())
                        .build(),
                "sampler.churn: must be finite, at least 0, not -1.0");
        wrong.put(
                request().setPreviewEvery(-1).build(),
                "previewEvery: must be at least 1, or 0 for no previews, not -1");
        wrong.put(
                request().setTask(Task.newBuilder().setKind(TaskKind.INPAINT).build()).build(),
                "task.image and task.imageArtifact: must be given one or the other, not none");
        wrong.put(
                request().setTask(inpainting(new byte[] {1, 2, 3}, png(8))).build(),
                "task.image: must be a PNG or JPEG image: neither PNG nor JPEG");
        wrong.put(
                request().setTask(inpainting(png(8), png(4))).build(),
                "task.mask: 4×4 pixels, smaller than the 8×8 asked for");
        wrong.put(
                request()
                        .setTask(
                                Task.newBuilder()
                                        .setKind(TaskKind.DENOISE)
                                        .setImageArtifact("../x")
                                        .setSigma(0.5)
                                        .build())
                        .build(),
                "task.image: artifact: must be 64");
        wrong.put(
                request().setTask(Task.newBuilder().setKind(TaskKind.DENOISE).build()).build(),
                "task.sigma: must be above 0 and at most 1000000, not null");
        wrong.put(
                request().setTask(Task.newBuilder().setKind(TaskKind.INTERPOLATE).build()).build(),
                "count: must be at least 2 to interpolate, not 1");
        wrong.put(
                request().setTask(Task.newBuilder().setKind(TaskKind.TRAJECTORY).build()).build(),
                "task.everyRows: must be at least 1 for the 7 rows of this plan, not null");
        // which models there are is known once one has served
        SampleRequest first = request().build();
        sampling.ask(first);
        assertThat(sampling.outcome(first.getRequestId()).getStatus())
                .isEqualTo(SampleStatus.COMPLETED);
        for (SampleRequest request : wrong.keySet()) {
            sampling.ask(request);
        }
        SampleRequest good = request().build();
        sampling.ask(good);

        assertThat(sampling.outcome(good.getRequestId()).getStatus())
                .isEqualTo(SampleStatus.COMPLETED);
        for (var entry : wrong.entrySet()) {
            SampleOutcome outcome = sampling.outcome(entry.getKey().getRequestId());
            assertThat(outcome.getStatus()).isEqualTo(SampleStatus.FAILED);
            assertThat(outcome.getReason()).startsWith(entry.getValue());
        }
    }

    @Test
    void undecodable_records_are_dead_letters_and_the_next_request_is_served() throws Exception {
        byte[] foreign =
                sampling.schemas
                        .serde(CANCELLATIONS)
                        .encode(new Cancellation("x", "", Instant.EPOCH));
        sampling.stream.send("k", new byte[] {1, 2});
        sampling.stream.send("k", new byte[] {0, 0x7F, 0, 0, 0, 1});
        sampling.stream.send("k", foreign);
        sampling.stream.send(null, (byte[]) null);
        SampleRequest good = request().build();
        sampling.ask(good);

        assertThat(sampling.outcome(good.getRequestId()).getStatus())
                .isEqualTo(SampleStatus.COMPLETED);
        String dead = sampling.kafka.name(SAMPLING_REQUESTS) + ".dead";
        assertThat(sampling.topics.records(dead)).hasSize(4);
    }

    @Test
    void an_id_that_is_not_the_key_spoils_nothing_for_the_one_whose_it_is() throws Exception {
        SampleRequest request = request().build();
        SampleRequest other = request().build();
        sampling.stream.send(other.getRequestId(), request);
        sampling.outcome(other.getRequestId()); // FAILED: the id is not the key
        sampling.ask(request);
        sampling.ask(other);

        assertThat(sampling.outcome(request.getRequestId()).getStatus())
                .isEqualTo(SampleStatus.COMPLETED);
        sampling.turnUntil(() -> sampling.outcomes(other.getRequestId()).size() == 2);
        assertThat(sampling.outcomes(other.getRequestId()).get(1).getStatus())
                .isEqualTo(SampleStatus.COMPLETED);
    }

    private static Sampler steps(int steps) {
        return Sampler.newBuilder().setStepsPerLevel(steps).build();
    }

    private static Sampler solver(Double rho, Double churn) {
        return Sampler.newBuilder()
                .setKind(SamplerKind.DPM_SOLVER_SDE)
                .setRho(rho)
                .setChurn(churn)
                .build();
    }

    private static Sampler epsilon(double epsilon) {
        return Sampler.newBuilder().setEpsilon(epsilon).build();
    }
}
