package io.langevin.sampling;

import static io.langevin.messaging.Topics.CANCELLATIONS;
import static io.langevin.messaging.Topics.SAMPLING_REQUESTS;
import static io.langevin.sampling.SamplingFixture.checkpoint;
import static io.langevin.sampling.SamplingFixture.request;
import static org.assertj.core.api.Assertions.assertThat;

import io.langevin.artifacts.ArtifactId;
import io.langevin.messaging.KafkaEnvironment;
import io.langevin.messaging.TopicReader;
import io.langevin.noise.AnnealedLangevin;
import io.langevin.records.Cancellation;
import io.langevin.records.GeneratedImage;
import io.langevin.records.ImageFormat;
import io.langevin.records.SampleOutcome;
import io.langevin.records.SampleRequest;
import io.langevin.records.SampleStatus;
import io.langevin.records.Sampler;
import io.langevin.records.SamplerKind;
import io.langevin.records.Task;
import io.langevin.records.TaskKind;
import io.langevin.score.Checkpoint;
import io.langevin.score.ImageNoise;
import io.langevin.score.ImageSeeds;
import io.langevin.score.TorchScoreNetwork;
import io.langevin.score.TrajectoryBatch;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 15, unit = TimeUnit.MINUTES) // only against a hang
class SamplingServiceIT {
    private static final Checkpoint CHECKPOINT = checkpoint(1, 3);

    @TempDir Path folder;
    private SamplingFixture sampling;

    @BeforeEach
    void start() throws InterruptedException {
        sampling = new SamplingFixture(KafkaEnvironment.fresh(), folder);
        sampling.publish("m", CHECKPOINT);
        sampling.startService();
    }

    @AfterEach
    void stop() {
        sampling.close();
    }

    @Test
    void images_are_those_that_checkpoint_plan_and_seed_decide() throws Exception {
        SampleRequest request =
                request().setCount(6).setSeed(7L).setImageFormat(ImageFormat.FLOAT32).build();
        sampling.ask(request);

        List<GeneratedImage> images = sampling.images(request.getRequestId());

        assertThat(images).extracting(GeneratedImage::getIndex).containsExactly(0, 1, 2, 3, 4, 5);
        for (GeneratedImage image : images) {
            assertThat(image.getSeed()).isEqualTo(ImageSeeds.ofImage(7, image.getIndex()));
            assertThat(floats(image)).isEqualTo(computed(image.getSeed()));
            assertThat(image.getNetworkEvaluations()).isEqualTo(7);
        }
        SampleOutcome outcome = sampling.outcome(request.getRequestId());
        assertThat(outcome.getStatus()).isEqualTo(SampleStatus.COMPLETED);
        assertThat(outcome.getNetworkEvaluations()).isEqualTo(6 * 7);
    }

    @Test
    void the_same_seed_gives_the_same_bytes_whatever_else_is_asked_for() throws Exception {
        SampleRequest alone = request().setCount(3).setSeed(5L).build();
        sampling.ask(alone);
        List<GeneratedImage> first = sampling.images(alone.getRequestId());
        SampleRequest crowded = request().setCount(3).setSeed(5L).build();
        sampling.ask(request().setCount(7).build());
        sampling.ask(crowded);
        sampling.ask(request().setCount(2).setSampler(steps(3)).build());

        assertThat(sampling.images(crowded.getRequestId()))
                .extracting(GeneratedImage::getBytes)
                .isEqualTo(first.stream().map(GeneratedImage::getBytes).toList());
        assertThat(first.get(0).getSha256())
                .isEqualTo(ArtifactId.of(first.get(0).getBytes().array()).hex());
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
                                        .build())
                        .build(),
                "sampler.kind: must be ANNEALED_LANGEVIN, not PROBABILITY_FLOW_HEUN");
        wrong.put(
                request().setTask(Task.newBuilder().setKind(TaskKind.INPAINT).build()).build(),
                "task.kind: must be GENERATE, not INPAINT");
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
        assertThat(sampling.isAlive()).isTrue();
    }

    @Test
    void undecodable_records_are_dead_letters_and_the_next_request_is_served() throws Exception {
        String name = sampling.kafka.name(SAMPLING_REQUESTS);
        byte[] foreign =
                sampling.schemas
                        .serde(CANCELLATIONS)
                        .encode(new Cancellation("x", "", Instant.EPOCH));
        try (var producer = sampling.kafka.producer(Map.of())) {
            producer.send(new ProducerRecord<>(name, 0, "k", new byte[] {1, 2}));
            producer.send(new ProducerRecord<>(name, 0, "k", new byte[] {0, 0x7F, 0, 0, 0, 1}));
            producer.send(new ProducerRecord<>(name, 0, "k", foreign));
            producer.send(new ProducerRecord<>(name, 0, null, null));
            producer.flush();
        }
        SampleRequest good = request().build();
        sampling.ask(good);

        assertThat(sampling.outcome(good.getRequestId()).getStatus())
                .isEqualTo(SampleStatus.COMPLETED);
        try (var reader = new TopicReader(sampling.kafka, name + ".dead")) {
            assertThat(reader.untilCount(4)).hasSize(4);
        }
    }

    @Test
    void a_new_checkpoint_is_taken_without_a_restart_and_a_broken_one_is_not() throws Exception {
        ArtifactId second = sampling.publish("m", checkpoint(2, 3));
        assertThat(checkpointOfNext(second)).isEqualTo(second.hex());

        sampling.announce("m", sampling.artifacts.put(new byte[] {1, 2, 3}));
        sampling.announce("m", ArtifactId.of(new byte[] {9})); // nowhere in the store
        ArtifactId other = sampling.publish("other", checkpoint(3, 3));
        SampleRequest afterwards = request().setModel("other").build();
        sampling.ask(afterwards);
        while (sampling.outcome(afterwards.getRequestId()).getStatus() == SampleStatus.FAILED) {
            afterwards = request().setModel("other").build();
            sampling.ask(afterwards);
        }
        assertThat(sampling.outcome(afterwards.getRequestId()).getCheckpoint())
                .isEqualTo(other.hex());
        SampleRequest old = request().build();
        sampling.ask(old);
        assertThat(sampling.outcome(old.getRequestId()).getCheckpoint()).isEqualTo(second.hex());
    }

    @Test
    void a_pinned_checkpoint_is_used_though_another_is_newer() throws Exception {
        ArtifactId pinned = sampling.artifacts.put(checkpoint(9, 3).bytes());
        SampleRequest request = request().setCheckpoint(pinned.hex()).build();
        sampling.ask(request);

        assertThat(sampling.outcome(request.getRequestId()).getCheckpoint())
                .isEqualTo(pinned.hex());
    }

    @Test
    void cancelled_and_expired_requests_end_so() throws Exception {
        ArtifactId slow = sampling.artifacts.put(checkpoint(1, 9_000).bytes());
        SampleRequest endless =
                request().setCheckpoint(slow.hex()).setCount(4).setSampler(steps(20)).build();
        Instant past = Instant.now().minus(Duration.ofMinutes(1));
        SampleRequest late = request().setDeadline(past).build();
        sampling.ask(late);
        sampling.ask(endless);
        sampling.write(
                CANCELLATIONS,
                endless.getRequestId(),
                new Cancellation(endless.getRequestId(), "enough", Instant.now()));

        SampleOutcome expired = sampling.outcome(late.getRequestId());
        assertThat(expired.getStatus()).isEqualTo(SampleStatus.EXPIRED);
        assertThat(expired.getReason()).startsWith("deadline: ").endsWith("has passed");
        SampleOutcome cancelled = sampling.outcome(endless.getRequestId());
        assertThat(cancelled.getStatus()).isEqualTo(SampleStatus.CANCELLED);
        assertThat(cancelled.getReason()).isEqualTo("enough");
    }

    /** Asks until the service has seen the announcement; how soon that is, nobody promises. */
    private String checkpointOfNext(ArtifactId wanted) throws InterruptedException {
        while (true) {
            SampleRequest request = request().build();
            sampling.ask(request);
            String used = sampling.outcome(request.getRequestId()).getCheckpoint();
            if (used.equals(wanted.hex())) {
                return used;
            }
        }
    }

    private static Sampler steps(int steps) {
        return Sampler.newBuilder().setStepsPerLevel(steps).build();
    }

    private static Sampler epsilon(double epsilon) {
        return Sampler.newBuilder().setEpsilon(epsilon).build();
    }

    private static float[] floats(GeneratedImage image) {
        var buffer = image.getBytes().duplicate().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
        float[] pixels = new float[buffer.remaining()];
        buffer.get(pixels);
        return pixels;
    }

    private static float[] computed(long seed) {
        var plan = AnnealedLangevin.plan(CHECKPOINT.schedule(), 2, 1e-4, true);
        try (var batch = new TrajectoryBatch<String>(new TorchScoreNetwork(CHECKPOINT), 1)) {
            batch.add("", plan, ImageNoise.seeded(seed));
            var finished = batch.step();
            while (finished.isEmpty()) {
                finished = batch.step();
            }
            return finished.get(0).pixels();
        }
    }
}
