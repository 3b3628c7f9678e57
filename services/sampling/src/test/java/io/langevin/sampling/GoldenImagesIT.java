package io.langevin.sampling;

import static io.langevin.sampling.SamplingFixture.checkpoint;
import static org.assertj.core.api.Assertions.assertThat;

import io.langevin.messaging.KafkaEnvironment;
import io.langevin.records.GeneratedImage;
import io.langevin.records.ImageFormat;
import io.langevin.records.SampleRequest;
import io.langevin.records.Sampler;
import io.langevin.records.SamplerKind;
import io.langevin.records.Task;
import io.langevin.records.TaskKind;
import io.langevin.score.Typicality;
import io.langevin.trajectory.Float32;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Same request, same bytes, from one version of the platform to the next: every sampler and every
 * task, on a network that is computed in Java, so that no processor has its own rounding. The file
 * {@code golden-images.txt} has the digests; a line of it changes only with a decision page.
 */
@Timeout(value = 15, unit = TimeUnit.MINUTES) // only against a hang
class GoldenImagesIT {
    private static final int EVALUATIONS = 12;

    private static final Set<TaskKind> ONE_IMAGE = Set.of(TaskKind.DENOISE, TaskKind.SCORE);

    @TempDir Path folder;

    @Test
    void every_sampler_and_every_task_makes_the_images_that_it_always_made() throws Exception {
        List<String> made = new ArrayList<>();
        try (var sampling = new SamplingFixture(KafkaEnvironment.fresh(), folder)) {
            sampling.publish("m", checkpoint(1, 3).knowing(anything()));
            sampling.publish("coloured", checkpoint(1, 3, 3));
            sampling.start(
                    sampling.config("one"),
                    (checkpoint, precision) -> FakeNetwork.free(checkpoint));
            Map<String, SampleRequest> requests = requests();
            for (SampleRequest request : requests.values()) {
                sampling.ask(request);
            }
            for (var request : requests.entrySet()) {
                for (GeneratedImage image : sampling.images(request.getValue().getRequestId())) {
                    made.add(
                            "%s %d %s"
                                    .formatted(
                                            request.getKey(), image.getIndex(), image.getSha256()));
                }
            }
        }

        assertThat(String.join("\n", made)).isEqualTo(golden());
    }

    private static Map<String, SampleRequest> requests() {
        Map<String, SampleRequest> requests = new LinkedHashMap<>();
        for (SamplerKind kind : SamplerKind.values()) {
            if (kind != SamplerKind.SEARCHED) { // its plan is the checkpoint's
                requests.put(kind.name(), request(kind.name()).setSampler(sampler(kind)).build());
            }
        }
        for (TaskKind kind : TaskKind.values()) {
            requests.put(
                    kind.name(),
                    request(kind.name())
                            .setTask(task(kind))
                            .setModel(kind == TaskKind.COLORIZE ? "coloured" : "m")
                            .setCount(ONE_IMAGE.contains(kind) ? 1 : 3)
                            .build());
        }
        requests.put("seeded", request("seeded").setSeed(7L).build());
        return requests;
    }

    private static SampleRequest.Builder request(String name) {
        return SamplingFixture.request()
                .setRequestId(
                        UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8)).toString())
                .setCount(3)
                .setImageFormat(ImageFormat.FLOAT32);
    }

    private static Sampler sampler(SamplerKind kind) {
        boolean free = kind != SamplerKind.RECOMMENDED && kind != SamplerKind.ANNEALED_LANGEVIN;
        return Sampler.newBuilder()
                .setKind(kind)
                .setNetworkEvaluations(free ? EVALUATIONS : null)
                .build();
    }

    private static Task task(TaskKind kind) {
        Task.Builder task = Task.newBuilder().setKind(kind);
        return switch (kind) {
            case GENERATE -> task.build();
            case INTERPOLATE -> task.setFirstSeed(1L).setLastSeed(2L).build();
            case INPAINT ->
                    TestImages.inpainting(
                            TestImages.png(8), TestImages.png(8, (x, y) -> x < 4 ? 255 : 0));
            case DENOISE -> task.setImage(ByteBuffer.wrap(TestImages.png(8))).setSigma(0.3).build();
            case TRAJECTORY -> task.setEveryRows(2).build();
            case IMAGE_TO_IMAGE ->
                    task.setImage(ByteBuffer.wrap(TestImages.png(8))).setSigma(0.5).build();
            case SUPER_RESOLVE ->
                    task.setImage(ByteBuffer.wrap(TestImages.png(4))).setFactor(2).build();
            case DEBLUR -> task.setImage(ByteBuffer.wrap(TestImages.png(8))).setBlur(1.0).build();
            case COLORIZE -> task.setImage(ByteBuffer.wrap(TestImages.png(8))).build();
            case SCORE -> task.setImage(ByteBuffer.wrap(TestImages.png(8))).build();
            case COMPRESSED_SENSING ->
                    task.setImage(Float32.bytes(numbers(2)))
                            .setMatrix(Float32.bytes(numbers(2 * 64)))
                            .build();
        };
    }

    /** A density that every image is near to. */
    private static Optional<Typicality> anything() {
        return Optional.of(
                new Typicality(Collections.nCopies(11, 0.0), Collections.nCopies(121, 0.0)));
    }

    /** Any numbers between −1 and 1. */
    private static float[] numbers(int count) {
        float[] numbers = new float[count];
        for (int i = 0; i < count; i++) {
            numbers[i] = (37 * i % 64 - 32) / 32f;
        }
        return numbers;
    }

    private static String golden() {
        try (InputStream in = GoldenImagesIT.class.getResourceAsStream("/golden-images.txt")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
