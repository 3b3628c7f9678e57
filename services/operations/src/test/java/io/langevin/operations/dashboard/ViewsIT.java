package io.langevin.operations.dashboard;

import static io.langevin.messaging.Topics.JOB_STATES;
import static io.langevin.messaging.Topics.SAMPLING_IMAGES;
import static io.langevin.messaging.Topics.SAMPLING_OUTCOMES;
import static io.langevin.messaging.Topics.SAMPLING_REQUESTS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.langevin.messaging.KafkaConfig;
import io.langevin.messaging.KafkaEnvironment;
import io.langevin.messaging.RecordWriter;
import io.langevin.messaging.Schemas;
import io.langevin.messaging.Topic;
import io.langevin.records.GeneratedImage;
import io.langevin.records.ImageFormat;
import io.langevin.records.JobKind;
import io.langevin.records.JobStage;
import io.langevin.records.JobState;
import io.langevin.records.SampleOutcome;
import io.langevin.records.SampleRequest;
import io.langevin.records.SampleStatus;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.zip.ZipInputStream;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the HTTP API shows of what lies on the topics. */
@Timeout(value = 15, unit = TimeUnit.MINUTES) // only against a hang
class ViewsIT {
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    @TempDir static Path folder;
    private static KafkaConfig kafka;
    private static StartedOperations operations;

    @BeforeAll
    static void start() throws Exception {
        kafka = KafkaEnvironment.fresh();
        operations = StartedOperations.on(kafka, folder);
    }

    @AfterAll
    static void stop() {
        operations.close();
    }

    @Test
    void a_request_is_shown_with_its_images_of_any_age() throws Exception {
        String id = UUID.randomUUID().toString();
        SampleRequest request =
                SampleRequest.newBuilder()
                        .setRequestId(id)
                        .setModel("m")
                        .setCount(2)
                        .setSeed(Long.MAX_VALUE)
                        .build();
        write(SAMPLING_REQUESTS, id, request);
        for (int i = 1; i >= 0; i--) {
            write(SAMPLING_IMAGES, id, image(id, i));
        }
        write(SAMPLING_OUTCOMES, id, outcome(id));
        await().atMost(Duration.ofMinutes(2))
                .until(() -> json("/api/jobs/" + id).path("stage").asText().equals("COMPLETED"));

        JsonNode shown = json("/api/requests/" + id);
        assertThat(shown.at("/request/seed").asText()).isEqualTo("9223372036854775807");
        assertThat(shown.at("/outcome/status").asText()).isEqualTo("COMPLETED");
        JsonNode images = json("/api/requests/%s/images".formatted(id));
        assertThat(images).extracting(image -> image.get("index").asInt()).containsExactly(0, 1);
        assertThat(images.get(0).get("bytes").asInt()).isEqualTo(4);

        HttpResponse<byte[]> image = get("/api/images/%s/1".formatted(id));
        assertThat(image.body()).containsExactly(1, 1, 1, 1);
        String tag = image.headers().firstValue("ETag").orElseThrow();
        var again =
                HttpRequest.newBuilder(uri("/api/images/%s/1".formatted(id)))
                        .header("If-None-Match", tag)
                        .build();
        assertThat(CLIENT.send(again, HttpResponse.BodyHandlers.ofString()).statusCode())
                .isEqualTo(304);
        byte[] zip = get("/api/requests/%s/images.zip".formatted(id)).body();
        List<String> names = new ArrayList<>();
        try (var in = new ZipInputStream(new ByteArrayInputStream(zip))) {
            for (var entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
                names.add(entry.getName());
            }
        }
        assertThat(names).containsExactly("00000.float32", "00001.float32");
        await().atMost(Duration.ofMinutes(2))
                .until(() -> json("/api/overview").at("/imagesByModel/m").asInt() == 2);
        assertThat(get("/api/requests/" + UUID.randomUUID()).statusCode()).isEqualTo(404);
        assertThat(get("/api/requests/no-id").statusCode()).isEqualTo(400);
    }

    @Test
    void jobs_are_listed_by_filters_and_page_by_page() throws Exception {
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
            String id = UUID.randomUUID().toString();
            ids.add(0, id);
            JobStage stage = i % 2 == 0 ? JobStage.FAILED : JobStage.COMPLETED;
            write(JOB_STATES, id, state(id, stage, "needle " + i));
        }
        await().atMost(Duration.ofMinutes(2))
                .until(() -> json("/api/jobs?q=needle&limit=10").path("jobs").size() == 7);

        List<String> found = new ArrayList<>();
        String after = "";
        do {
            JsonNode page = json("/api/jobs?kind=RETRAINING&q=NEEDLE&limit=3&after=" + after);
            page.path("jobs").forEach(job -> found.add(job.path("id").asText()));
            after = page.path("next").asText("");
            after = after.equals("null") ? "" : after;
        } while (!after.isEmpty());
        assertThat(found).containsExactlyElementsOf(ids);
        assertThat(json("/api/jobs?q=needle&stage=FAILED").path("jobs")).hasSize(4);
        assertThat(json("/api/jobs?q=needle&model=other").path("jobs")).isEmpty();
        for (String wrong :
                List.of("stage=DONE", "kind=x", "limit=0", "limit=99999999999", "after=x")) {
            var answer = get("/api/jobs?" + wrong);
            assertThat(answer.statusCode()).as(wrong).isEqualTo(400);
            assertThat(new String(answer.body(), java.nio.charset.StandardCharsets.UTF_8))
                    .contains(wrong.substring(0, wrong.indexOf('=')) + ": must be");
        }
    }

    @Test
    void a_dead_letter_is_shown_and_sent_again_once() throws Exception {
        String key = UUID.randomUUID().toString();
        String topic = kafka.name(SAMPLING_OUTCOMES);
        try (var producer = kafka.producer(Map.of())) {
            producer.send(new ProducerRecord<>(topic, key, new byte[] {1, 2, 3})).get();
        }
        await().atMost(Duration.ofMinutes(1)).until(() -> letters().size() == 1);
        String letter = letters().get(0).path("letter").asText();

        JsonNode shown = json("/api/dead-letters/" + letter);
        assertThat(shown.path("hexadecimal").asText()).isEqualTo("010203");
        assertThat(shown.path("reason").asText()).startsWith("value: must start with a zero byte");
        assertThat(shown.at("/headers/x-original-topic").asText()).isEqualTo(topic);
        String first = post("/api/dead-letters/%s/redrive".formatted(letter), "{}");
        assertThat(post("/api/dead-letters/%s/redrive".formatted(letter), "{}")).isEqualTo(first);
        await().atMost(Duration.ofMinutes(1)).until(() -> letters().size() == 2);
        String second = letters().get(0).path("letter").asText();
        assertThat(post("/api/dead-letters/%s/discard".formatted(second), "{\"reason\": \"x\"}"))
                .contains("DISCARDED");
        assertThat(letters()).allMatch(each -> !each.path("handled").isNull());
        assertThat(get("/api/dead-letters/nowhere/0/1").statusCode()).isEqualTo(400);
    }

    private static JsonNode letters() throws Exception {
        return json("/api/dead-letters?topic=sampling.outcomes");
    }

    @Test
    void the_same_key_is_the_same_event_and_its_place_is_said() throws Exception {
        List<HttpResponse<String>> answers = new ArrayList<>();
        for (String key : List.of("one", "one", "two")) {
            var request =
                    HttpRequest.newBuilder(uri("/api/sample-requests"))
                            .header("Content-Type", "application/json")
                            .header("Idempotency-Key", key)
                            .POST(HttpRequest.BodyPublishers.ofString("{\"model\": \"m\"}"))
                            .build();
            answers.add(CLIENT.send(request, HttpResponse.BodyHandlers.ofString()));
        }
        assertThat(answers).allMatch(answer -> answer.statusCode() == 202);
        assertThat(answers.get(1).body()).isEqualTo(answers.get(0).body());
        assertThat(answers.get(2).body()).isNotEqualTo(answers.get(0).body());
        String place = answers.get(0).headers().firstValue("Location").orElseThrow();
        assertThat(place).startsWith("/api/requests/");
        assertThat(json(place).at("/request/model").asText()).isEqualTo("m");
    }

    /** Nobody samples here: what can be told without a sampler is. */
    @Test
    void image_clients_are_told_what_is_wrong_in_their_own_form() throws Exception {
        for (String wrong :
                List.of(
                        "{}",
                        "{\"model\": \"nobody\"}",
                        "{\"model\": \"m\", \"n\": 11}",
                        "{\"model\": \"m\", \"n\": 1, \"nn\": 1}",
                        "[]",
                        "{\"response_format\": \"jpeg\"}")) {
            JsonNode answer = new ObjectMapper().readTree(post("/v1/images/generations", wrong));
            assertThat(answer.at("/error/message").asText()).as(wrong).contains("must");
            assertThat(answer.at("/error/type").asText()).isEqualTo("invalid_request_error");
        }
    }

    /** The document is the one that is served (-Dgolden=1 writes it anew). */
    @Test
    void the_api_is_described_by_itself() throws Exception {
        Path document = Path.of("../../docs/contract/openapi.json");
        String served = json("/api/openapi.json").toPrettyString() + "\n";
        if (System.getProperty("golden") != null) {
            Files.writeString(document, served);
        }
        assertThat(served).isEqualTo(Files.readString(document));
        JsonNode paths = json("/api/openapi.json").path("paths");
        JsonNode request = paths.at("/~1api~1sample-requests/post/requestBody");
        JsonNode fields = request.at("/content/application~1json/schema/properties");
        assertThat(fields.path("count").path("type").asText()).isEqualTo("integer");
        assertThat(fields.at("/task/properties/kind/enum").toString()).contains("INPAINT");
        for (String path : List.of("/api/jobs", "/api/models", "/api/rules", "/api/topics")) {
            assertThat(paths.has(path)).isTrue();
            assertThat(get(path).statusCode()).as(path).isEqualTo(200);
        }
    }

    @Test
    void topics_and_groups_are_those_of_the_broker() throws Exception {
        await().atMost(Duration.ofMinutes(2)).until(() -> group("operations-inspector") == 1);
        assertThat(group("sampling")).as("nobody has joined, and it is said").isZero();
        assertThat(json("/api/topics").path("topics"))
                .extracting(topic -> topic.path("topic").asText())
                .contains("sampling.requests", "letters.handled");
    }

    /** Members of a group. */
    private static int group(String name) throws Exception {
        for (JsonNode group : json("/api/topics").path("groups")) {
            if (group.path("group").asText().equals(kafka.group(name))) {
                return group.path("members").asInt();
            }
        }
        return -1;
    }

    private static GeneratedImage image(String id, int index) {
        byte[] bytes = {(byte) index, (byte) index, (byte) index, (byte) index};
        return GeneratedImage.newBuilder()
                .setRequestId(id)
                .setIndex(index)
                .setCount(2)
                .setWidth(1)
                .setHeight(1)
                .setChannels(1)
                .setFormat(ImageFormat.FLOAT32)
                .setBytes(ByteBuffer.wrap(bytes))
                .setSha256("" + index)
                .setSeed(1)
                .setModel("m")
                .setCheckpoint("c")
                .setScheduleId("s")
                .setNetworkEvaluations(1)
                .setGeneratedAt(Instant.now())
                .build();
    }

    private static SampleOutcome outcome(String id) {
        return SampleOutcome.newBuilder()
                .setRequestId(id)
                .setStatus(SampleStatus.COMPLETED)
                .setImages(2)
                .setModel("m")
                .setEndedAt(Instant.now())
                .build();
    }

    private static JobState state(String id, JobStage stage, String detail) {
        return JobState.newBuilder()
                .setId(id)
                .setKind(JobKind.RETRAINING)
                .setStage(stage)
                .setModel("m")
                .setDetail(detail)
                .setRequestedAt(Instant.now())
                .setUpdatedAt(Instant.now())
                .build();
    }

    private static <T extends SpecificRecord> void write(Topic<T> topic, String key, T record)
            throws InterruptedException {
        try (var writer = RecordWriter.open(kafka, new Schemas(kafka), topic, "test")) {
            writer.write(key, record);
        }
    }

    private static URI uri(String path) {
        return operations.uri(path);
    }

    private static HttpResponse<byte[]> get(String path) throws Exception {
        try {
            return CLIENT.send(
                    HttpRequest.newBuilder(uri(path)).build(),
                    HttpResponse.BodyHandlers.ofByteArray());
        } catch (java.net.ConnectException e) {
            throw new IllegalStateException(path, e);
        }
    }

    private static JsonNode json(String path) throws Exception {
        return new ObjectMapper().readTree(get(path).body());
    }

    private static String post(String path, String body) throws Exception {
        var request =
                HttpRequest.newBuilder(uri(path))
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build();
        return CLIENT.send(request, HttpResponse.BodyHandlers.ofString()).body();
    }
}
