package io.langevin.sampling;

import static io.langevin.messaging.Topics.CANCELLATIONS;
import static io.langevin.messaging.Topics.SAMPLING_PREVIEWS;
import static io.langevin.messaging.Topics.SAMPLING_REQUESTS;
import static io.langevin.sampling.SamplingFixture.checkpoint;
import static io.langevin.sampling.SamplingFixture.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import io.langevin.artifacts.ArtifactId;
import io.langevin.messaging.KafkaEnvironment;
import io.langevin.messaging.TopicReader;
import io.langevin.noise.AnnealedLangevin;
import io.langevin.records.Cancellation;
import io.langevin.records.GeneratedImage;
import io.langevin.records.ImageFormat;
import io.langevin.records.Priority;
import io.langevin.records.SampleOutcome;
import io.langevin.records.SamplePreview;
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
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.IntBinaryOperator;
import javax.imageio.ImageIO;
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
                "task.sigma: must be above 0 to denoise, not null");
        wrong.put(
                request().setTask(Task.newBuilder().setKind(TaskKind.INTERPOLATE).build()).build(),
                "count: must be at least 2 to interpolate, not 1");
        wrong.put(
                request().setTask(Task.newBuilder().setKind(TaskKind.TRAJECTORY).build()).build(),
                "task.everyRows: must be at least 1 for the 7 rows of this plan, not null");
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

    @Test
    void the_service_counts_what_it_does() throws Exception {
        SampleRequest request = request().setCount(3).build();
        sampling.ask(request);
        assertThat(sampling.images(request.getRequestId())).hasSize(3);

        var metrics = sampling.metrics;
        assertThat(
                        metrics.get("langevin.sampling.requests")
                                .tag("status", "completed")
                                .counter()
                                .count())
                .isEqualTo(1);
        assertThat(metrics.get("langevin.sampling.images").counter().count()).isEqualTo(3);
        assertThat(metrics.get("langevin.sampling.network.calls").counter().count()).isEqualTo(7);
        assertThat(metrics.get("langevin.sampling.slots.used").counter().count()).isEqualTo(21);
        assertThat(metrics.get("langevin.sampling.fill").summary().mean()).isEqualTo(0.75);
        assertThat(metrics.get("langevin.sampling.queue").timer().count()).isEqualTo(1);
        assertThat(metrics.get("langevin.sampling.compute").timer().count()).isEqualTo(1);
        assertThat(metrics.get("langevin.sampling.total").timer().count()).isEqualTo(1);
        await().until(() -> metrics.get("langevin.transactions").timer().count() > 0);
        assertThat(metrics.get("langevin.sampling.lag").gauge().value()).isZero();
    }

    @Test
    void every_sampler_meets_its_budget() throws Exception {
        for (SamplerKind kind : SamplerKind.values()) {
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
        assertThat(floats(images.get(0))).isEqualTo(computed(ImageSeeds.ofImage(7, 0)));
        assertThat(floats(images.get(2)))
                .usingComparatorWithPrecision(1e-4f)
                .containsExactly(computed(ImageSeeds.ofImage(8, 0)));
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

    private static Task inpainting(byte[] image, byte[] mask) {
        return Task.newBuilder()
                .setKind(TaskKind.INPAINT)
                .setImage(ByteBuffer.wrap(image))
                .setMask(ByteBuffer.wrap(mask))
                .build();
    }

    /** A grey image of 17·x + y. */
    private static byte[] png(int size) {
        return png(size, (x, y) -> 17 * x + y);
    }

    private static byte[] png(int size, IntBinaryOperator grey) {
        var image = new BufferedImage(size, size, BufferedImage.TYPE_BYTE_GRAY);
        for (int y = 0; y < size; y++) {
            for (int x = 0; x < size; x++) {
                image.getRaster().setSample(x, y, 0, grey.applyAsInt(x, y));
            }
        }
        var bytes = new ByteArrayOutputStream();
        try {
            ImageIO.write(image, "png", bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    @Test
    void a_large_request_does_not_block_a_small_one_and_goes_on_afterwards() throws Exception {
        ArtifactId slow = sampling.artifacts.put(checkpoint(1, 300).bytes());
        SampleRequest large =
                request()
                        .setCheckpoint(slow.hex())
                        .setCount(12)
                        .setPriority(Priority.BATCH)
                        .build();
        SampleRequest small =
                request().setCheckpoint(slow.hex()).setPriority(Priority.INTERACTIVE).build();
        sampling.ask(large);
        sampling.ask(small);

        SampleOutcome first = sampling.outcome(small.getRequestId());
        SampleOutcome last = sampling.outcome(large.getRequestId());

        assertThat(first.getEndedAt()).isBefore(last.getEndedAt());
        assertThat(last.getImages()).isEqualTo(12);
        assertThat(last.getNetworkEvaluations()).isEqualTo(12 * 601);
    }

    @Test
    void previews_are_the_estimates_after_every_so_many_rows() throws Exception {
        SampleRequest request = request().setCount(2).setPreviewEvery(3).build();
        sampling.ask(request);

        var serde = sampling.schemas.serde(SAMPLING_PREVIEWS);
        try (var reader = new TopicReader(sampling.kafka, sampling.kafka.name(SAMPLING_PREVIEWS))) {
            var previews = reader.untilCount(4).stream().map(r -> serde.decode(r.value())).toList();
            assertThat(previews)
                    .extracting(SamplePreview::getIndex, SamplePreview::getRow)
                    .containsExactlyInAnyOrder(tuple(0, 3), tuple(1, 3), tuple(0, 6), tuple(1, 6));
            assertThat(previews).allMatch(preview -> preview.getRows() == 7);
            byte[] png = previews.get(0).getBytes().array();
            assertThat(ImageIO.read(new ByteArrayInputStream(png)).getWidth()).isEqualTo(8);
        }
    }

    @Test
    void a_deadline_that_cannot_be_met_ends_the_request_at_once() throws Exception {
        ArtifactId slow = sampling.artifacts.put(checkpoint(1, 9_000).bytes());
        SampleRequest first = request().setCheckpoint(slow.hex()).build();
        sampling.ask(first);
        SampleRequest hopeless =
                request()
                        .setCheckpoint(slow.hex())
                        .setCount(10_000)
                        .setDeadline(Instant.now().plus(Duration.ofMinutes(20)))
                        .build();
        sampling.ask(hopeless);

        SampleOutcome outcome = sampling.outcome(hopeless.getRequestId());
        assertThat(outcome.getStatus()).isEqualTo(SampleStatus.EXPIRED);
        assertThat(outcome.getReason())
                .startsWith("deadline: ")
                .contains("cannot be met, the images need at least");
        assertThat(outcome.getEndedAt()).isBefore(hopeless.getDeadline());
    }

    @Test
    void a_request_sent_again_is_answered_with_the_first_outcome_and_no_more_images()
            throws Exception {
        ArtifactId slow = sampling.artifacts.put(checkpoint(1, 100).bytes());
        SampleRequest request = request().setCheckpoint(slow.hex()).setCount(3).build();
        String id = request.getRequestId();
        sampling.ask(request);
        sampling.ask(request); // while the first is under way: its answer will do
        sampling.outcome(id);
        sampling.stopService();
        sampling.startService();
        sampling.ask(request); // when it has ended, also for a process that starts now

        List<SampleOutcome> outcomes = sampling.outcomes(id, 2);
        assertThat(outcomes).hasSize(2).allMatch(outcomes.get(0)::equals);
        assertThat(sampling.imagesSoFar(id)).hasSize(3);
    }

    @Test
    void an_id_that_is_not_the_key_spoils_nothing_for_the_one_whose_it_is() throws Exception {
        SampleRequest request = request().build();
        SampleRequest other = request().build();
        sampling.write(SAMPLING_REQUESTS, other.getRequestId(), request);
        sampling.outcome(other.getRequestId()); // FAILED: the id is not the key
        sampling.ask(request);
        sampling.ask(other);

        assertThat(sampling.outcome(request.getRequestId()).getStatus())
                .isEqualTo(SampleStatus.COMPLETED);
        assertThat(sampling.outcomes(other.getRequestId(), 2).get(1).getStatus())
                .isEqualTo(SampleStatus.COMPLETED);
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
