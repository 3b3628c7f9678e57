package io.langevin.local;

import static io.langevin.messaging.Topics.SAMPLING_IMAGES;
import static io.langevin.messaging.Topics.SAMPLING_OUTCOMES;
import static io.langevin.messaging.Topics.SAMPLING_REQUESTS;
import static org.assertj.core.api.Assertions.assertThat;

import io.langevin.messaging.RecordWriter;
import io.langevin.messaging.Schemas;
import io.langevin.messaging.TopicReader;
import io.langevin.records.GeneratedImage;
import io.langevin.records.SampleOutcome;
import io.langevin.records.SampleRequest;
import io.langevin.records.SampleStatus;
import io.langevin.records.Sampler;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** kill -9 in the middle of requests, a restart, and every request is answered exactly once. */
@Timeout(value = 15, unit = TimeUnit.MINUTES) // only against a hang
class KilledUpIT {
    private static final int IMAGES = 3;

    @TempDir Path folder;

    @Test
    void every_request_is_answered_exactly_once_over_kills() throws Exception {
        try (UpProcess up = new UpProcess(folder)) {
            up.start();
            assertASecondUpSaysSoAndStops(up);
            List<String> asked = ask(up);
            for (int answered = 1; answered <= 4; answered += 3) {
                awaitOutcomes(up, answered);
                up.kill();
                up.start();
            }
            awaitOutcomes(up, asked.size());
            assertAnsweredOnce(up, asked);
            assertThat(up.terminate()).isIn(0, 143); // 143: the JVM's own code for SIGTERM
        }
    }

    private static void assertASecondUpSaysSoAndStops(UpProcess up) throws Exception {
        var second = up.startAgain();

        assertThat(second.getKey()).isEqualTo(1);
        assertThat(second.getValue()).contains("is in use by another process");
    }

    /** Some short, some long, so that they end one after the other. */
    private static List<String> ask(UpProcess up) throws InterruptedException {
        List<String> ids = new ArrayList<>();
        try (var writer =
                RecordWriter.open(up.kafka(), new Schemas(up.kafka()), SAMPLING_REQUESTS, "test")) {
            for (int i = 0; i < 10; i++) {
                String id = UUID.randomUUID().toString();
                ids.add(id);
                writer.write(
                        id,
                        SampleRequest.newBuilder()
                                .setRequestId(id)
                                .setModel("fashion")
                                .setCount(IMAGES)
                                .setSeed((long) i % 5)
                                .setSampler(
                                        Sampler.newBuilder().setStepsPerLevel(1 + i / 5).build())
                                .build());
            }
        }
        return ids;
    }

    private static void awaitOutcomes(UpProcess up, int count) {
        try (var reader = new TopicReader(up.kafka(), up.kafka().name(SAMPLING_OUTCOMES))) {
            reader.untilCount(count);
        }
    }

    private static void assertAnsweredOnce(UpProcess up, List<String> asked) throws Exception {
        Schemas schemas = new Schemas(up.kafka());
        Map<String, SampleOutcome> outcomes = new HashMap<>();
        try (var reader = new TopicReader(up.kafka(), up.kafka().name(SAMPLING_OUTCOMES))) {
            reader.untilCount(asked.size());
            for (var record : reader.toEnd()) {
                SampleOutcome outcome = schemas.serde(SAMPLING_OUTCOMES).decode(record.value());
                assertThat(outcomes.put(record.key(), outcome)).as("a second outcome").isNull();
                assertThat(outcome.getStatus()).isEqualTo(SampleStatus.COMPLETED);
            }
        }
        assertThat(outcomes.keySet()).containsExactlyInAnyOrderElementsOf(asked);
        Map<String, List<GeneratedImage>> images = new HashMap<>();
        try (var reader = new TopicReader(up.kafka(), up.kafka().name(SAMPLING_IMAGES))) {
            for (var record : reader.toEnd()) {
                images.computeIfAbsent(record.key(), key -> new ArrayList<>())
                        .add(schemas.serde(SAMPLING_IMAGES).decode(record.value()));
            }
        }
        for (String id : asked) {
            assertThat(images.get(id))
                    .extracting(GeneratedImage::getIndex)
                    .containsExactlyInAnyOrder(0, 1, 2);
        }
        assertSameSeedsHaveSameBytes(images.values().stream().flatMap(List::stream).toList());
    }

    private static void assertSameSeedsHaveSameBytes(List<GeneratedImage> images) {
        images.stream()
                .collect(
                        Collectors.groupingBy(
                                image -> image.getSeed() + " " + image.getNetworkEvaluations()))
                .values()
                .forEach(
                        same ->
                                assertThat(same)
                                        .extracting(GeneratedImage::getSha256)
                                        .containsOnly(same.get(0).getSha256()));
    }
}
