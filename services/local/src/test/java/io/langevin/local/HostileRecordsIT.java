package io.langevin.local;

import static io.langevin.messaging.Topics.CANCELLATIONS;
import static io.langevin.messaging.Topics.CANCELLATION_OUTCOMES;
import static io.langevin.messaging.Topics.JOB_STATES;
import static io.langevin.messaging.Topics.PUBLISHING_JOBS;
import static io.langevin.messaging.Topics.RETRAINING_REQUESTS;
import static io.langevin.messaging.Topics.SAMPLING_OUTCOMES;
import static io.langevin.messaging.Topics.SAMPLING_REQUESTS;
import static io.langevin.messaging.Topics.SCHEDULE_JOBS;
import static io.langevin.messaging.Topics.SCHEDULE_RESULTS;
import static io.langevin.messaging.Topics.TRAINING_JOBS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.langevin.client.PlatformClient;
import io.langevin.client.Retraining;
import io.langevin.client.Sampling;
import io.langevin.messaging.DeadLetters;
import io.langevin.messaging.HostileRecords;
import io.langevin.messaging.KafkaConfig;
import io.langevin.messaging.Schemas;
import io.langevin.messaging.Topic;
import io.langevin.messaging.TopicReader;
import io.langevin.messaging.Topics;
import io.langevin.messaging.UnreadableRecordException;
import io.langevin.messaging.rules.RecordRules;
import io.langevin.records.Cancellation;
import io.langevin.records.JobStage;
import io.langevin.records.JobState;
import io.langevin.records.NetworkParameters;
import io.langevin.records.RetrainingRequest;
import io.langevin.records.SampleOutcome;
import io.langevin.records.SampleRequest;
import io.langevin.records.SampleStatus;
import io.langevin.records.Sampler;
import io.langevin.records.ScheduleJob;
import io.langevin.records.TrainingParameters;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whatever arrives, every service goes on: each record has one end, and the next one is served. The
 * number of damaged records a topic is the property {@code langevin.hostile.records}.
 */
@Timeout(value = 3, unit = TimeUnit.HOURS) // only against a hang
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class HostileRecordsIT {
    private static final int RECORDS = Integer.getInteger("langevin.hostile.records", 30);
    private static final long MEGABYTE = 1 << 20;

    @TempDir static Path folder;
    private static LocalPlatform here;
    private static PlatformClient platform;
    private static KafkaConfig kafka;
    private static Schemas schemas;
    private static Producer<String, byte[]> producer;

    @BeforeAll
    static void start() throws Exception {
        here = LocalPlatform.start(new LocalConfig(folder, Path.of("../.."), 0, 0, 0));
        kafka = here.kafka();
        schemas = new Schemas(kafka);
        platform = PlatformClient.at(kafka);
        producer = kafka.producer(Map.of());
    }

    @AfterAll
    static void stop() {
        producer.close();
        platform.close();
        here.close();
    }

    @Test
    @Order(1)
    void damaged_records_on_every_topic_have_one_end_each_and_the_next_requests_are_served()
            throws Exception {
        long seed = Long.getLong("langevin.hostile.seed", new Random().nextLong());
        System.out.println("seed " + seed);
        assertEveryKindOfRequestIsServed(); // everything is loaded that will be
        long before = usedMemory();
        var hostile = new HostileRecords(kafka, schemas, seed);
        Map<Topic<?>, Map<String, ProducerRecord<String, byte[]>>> sent = new HashMap<>();
        for (Topic<?> topic : Topics.all()) {
            for (int i = 0; i < RECORDS; i++) {
                var record = hostile.next(topic);
                try {
                    sent.computeIfAbsent(topic, t -> new TreeMap<>())
                            .put(place(producer.send(record).get()), record);
                } catch (ExecutionException e) {
                    // the broker takes nothing without a key on a compacted topic
                    assertThat(e).hasCauseInstanceOf(InvalidRecordException.class);
                    assertThat(topic.kept()).isEmpty();
                }
            }
        }

        for (Topic<?> topic : Topics.all()) {
            Map<String, Boolean> unreadable = new HashMap<>();
            sent.get(topic).forEach((place, r) -> unreadable.put(place, isUnreadable(topic, r)));
            Map<String, Long> dead = deadLettersAfter(topic, unreadable);
            assertThat(dead.values())
                    .as("dead letters of one record on %s, seed %d", topic.suffix(), seed)
                    .allMatch(count -> count == 1);
        }
        assertAnswered(sent.get(SAMPLING_REQUESTS), seed);
        assertEveryKindOfRequestIsServed();
        assertThat(usedMemory() - before).isLessThan(200 * MEGABYTE);
    }

    private static boolean isUnreadable(Topic<?> topic, ProducerRecord<String, byte[]> record) {
        boolean deletes = record.value() == null && topic.kept().isEmpty() && record.key() != null;
        if (deletes) {
            return false;
        }
        try {
            schemas.serde(topic).decode(record.value());
            return false;
        } catch (UnreadableRecordException e) {
            return true;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** How many there are of each record, once each that cannot be read has one. */
    private static Map<String, Long> deadLettersAfter(Topic<?> topic, Map<String, Boolean> sent) {
        try (var reader = new TopicReader(kafka, kafka.name(topic) + ".dead")) {
            reader.until(
                    records -> {
                        var places =
                                records.stream()
                                        .map(HostileRecordsIT::origin)
                                        .collect(Collectors.toSet());
                        return sent.entrySet().stream()
                                .allMatch(e -> !e.getValue() || places.contains(e.getKey()));
                    });
            return reader.toEnd().stream()
                    .collect(
                            Collectors.groupingBy(HostileRecordsIT::origin, Collectors.counting()));
        }
    }

    /** A request that can be read has an outcome, or is a dead letter where it has no key. */
    private static void assertAnswered(
            Map<String, ProducerRecord<String, byte[]>> sent, long seed) {
        List<String> wanted =
                sent.values().stream()
                        .filter(r -> RecordRules.isId(r.key()))
                        .map(ProducerRecord::key)
                        .toList();
        try (var reader = new TopicReader(kafka, kafka.name(SAMPLING_OUTCOMES))) {
            var read =
                    reader.until(
                            records ->
                                    records.stream()
                                            .map(ConsumerRecord::key)
                                            .collect(Collectors.toSet())
                                            .containsAll(wanted));
            assertThat(read).as("seed %d", seed).isNotEmpty();
        }
    }

    private static void assertEveryKindOfRequestIsServed() throws Exception {
        SampleRequest sample = sample("fashion").build();
        assertThat(Sampling.ask(platform, sample, 240, count -> {}).images()).hasSize(1);
        RetrainingRequest training =
                RetrainingRequest.newBuilder()
                        .setRunId(UUID.randomUUID().toString())
                        .setModel("good")
                        .setDataset("fashion")
                        .setImageSize(8)
                        .setNetwork(NetworkParameters.newBuilder().setNgf(4).build())
                        .setTraining(
                                TrainingParameters.newBuilder()
                                        .setIterations(2)
                                        .setBatchSize(2)
                                        .build())
                        .build();
        assertThat(
                        Retraining.askAndWait(platform, training, new Retraining.Watcher() {})
                                .getStage())
                .isEqualTo(JobStage.COMPLETED);
        String run = UUID.randomUUID().toString();
        platform.write(
                SCHEDULE_JOBS,
                run,
                ScheduleJob.newBuilder()
                        .setRunId(run)
                        .setDataset("fashion")
                        .setImageSize(8)
                        .build());
        awaitKey(SCHEDULE_RESULTS, run);
        platform.write(CANCELLATIONS, run, new Cancellation(run, "", Instant.now()));
        awaitKey(CANCELLATION_OUTCOMES, run);
        assertThat(here.failure()).as("services go on").isNotDone();
    }

    private static SampleRequest.Builder sample(String model) {
        return SampleRequest.newBuilder()
                .setRequestId(UUID.randomUUID().toString())
                .setModel(model)
                .setSampler(Sampler.newBuilder().setNetworkEvaluations(4).build());
    }

    @Test
    @Order(2)
    void a_request_without_a_key_is_answered_under_its_id() throws Exception {
        SampleRequest keyless = sample("fashion").build();
        RetrainingRequest run =
                RetrainingRequest.newBuilder().setRunId(UUID.randomUUID().toString()).build();
        send(SAMPLING_REQUESTS, null, encoded(SAMPLING_REQUESTS, keyless));
        send(RETRAINING_REQUESTS, null, encoded(RETRAINING_REQUESTS, run));

        assertThat(outcome(keyless.getRequestId()).getReason())
                .isEqualTo(
                        "requestId: must equal the key of its record, not "
                                + keyless.getRequestId());
        assertThat(state(run.getRunId()).getStage()).isEqualTo(JobStage.FAILED);
    }

    @Test
    @Order(3)
    void a_schema_of_another_kind_is_no_reason_to_wait() throws Exception {
        int protobuf = register("PROTOBUF", "syntax = \\\"proto3\\\"; message A { int32 a = 1; }");
        int json =
                register(
                        "JSON",
                        "{\\\"$schema\\\": \\\"http://json-schema.org/draft-07/schema#\\\", \\\"type\\\": \\\"object\\\"}");
        for (int id : List.of(protobuf, json)) {
            byte[] value = ByteBuffer.allocate(8).put((byte) 0).putInt(id).array();
            for (var topic :
                    List.of(SAMPLING_REQUESTS, RETRAINING_REQUESTS, TRAINING_JOBS, JOB_STATES)) {
                RecordMetadata sent = send(topic, UUID.randomUUID().toString(), value);
                assertThat(reason(deadLetter(topic, sent)))
                        .contains("schema id " + id)
                        .contains("not an Avro schema");
            }
        }
    }

    @Test
    @Order(4)
    void what_fills_a_topic_to_its_limit_is_a_whole_dead_letter() throws Exception {
        byte[] large = new byte[4_194_000];
        new Random(1).nextBytes(large);
        for (var topic :
                List.of(
                        SAMPLING_REQUESTS,
                        RETRAINING_REQUESTS,
                        CANCELLATIONS,
                        PUBLISHING_JOBS,
                        JOB_STATES)) {
            RecordMetadata sent = send(topic, "k", large);
            assertThat(deadLetter(topic, sent).value()).isEqualTo(large);
        }
        Map<String, String> labels = new HashMap<>();
        for (int i = 0; i < 20; i++) {
            labels.put("label " + i, "x".repeat(60_000));
        }
        RetrainingRequest request =
                RetrainingRequest.newBuilder()
                        .setRunId(UUID.randomUUID().toString())
                        .setLabels(labels)
                        .build();
        send(RETRAINING_REQUESTS, request.getRunId(), encoded(RETRAINING_REQUESTS, request));
        assertThat(state(request.getRunId()).getDetail()).startsWith("labels: must have at most");
    }

    @Test
    @Order(5)
    void what_is_small_only_while_it_is_packed_does_not_enter() throws Exception {
        try (var packing =
                kafka.producer(
                        Map.of(
                                "compression.type",
                                "gzip",
                                "max.request.size",
                                1 << 30,
                                "buffer.memory",
                                1L << 30))) {
            assertThatThrownBy(
                            () ->
                                    packing.send(
                                                    new ProducerRecord<>(
                                                            kafka.name(CANCELLATIONS),
                                                            "k",
                                                            new byte[100 << 20]))
                                            .get())
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(RecordTooLargeException.class);
            Cancellation verbose =
                    new Cancellation(
                            UUID.randomUUID().toString(), "r".repeat(1 << 20), Instant.now());
            RecordMetadata last = null;
            for (int i = 0; i < 50; i++) {
                last =
                        packing.send(
                                        new ProducerRecord<>(
                                                kafka.name(CANCELLATIONS),
                                                verbose.getId(),
                                                encoded(CANCELLATIONS, verbose)))
                                .get();
            }
            assertThat(reason(deadLetter(CANCELLATIONS, last)))
                    .contains("reason: must have at most 65536 bytes of text");
        }
    }

    @Test
    @Order(6)
    void whoever_sent_something_unreadable_under_an_id_is_told() throws Exception {
        String sample = UUID.randomUUID().toString();
        String run = UUID.randomUUID().toString();
        RecordMetadata sent = send(SAMPLING_REQUESTS, sample, new byte[] {1, 2, 3});
        send(RETRAINING_REQUESTS, run, new byte[] {1, 2, 3});

        assertThat(outcome(sample).getStatus()).isEqualTo(SampleStatus.FAILED);
        assertThat(reason(deadLetter(SAMPLING_REQUESTS, sent))).contains("zero byte");
        assertThat(state(sample).getStage()).isEqualTo(JobStage.FAILED);
        assertThat(state(run).getDetail()).contains("must start with a zero byte");
    }

    @Test
    @Order(7)
    void the_time_that_a_sender_claims_is_not_believed() throws Exception {
        SampleRequest request = sample("fashion").build();
        producer.send(
                        new ProducerRecord<>(
                                kafka.name(SAMPLING_REQUESTS),
                                null,
                                1L,
                                request.getRequestId(),
                                encoded(SAMPLING_REQUESTS, request)))
                .get();

        SampleOutcome outcome = outcome(request.getRequestId());

        assertThat(outcome.getStatus()).isEqualTo(SampleStatus.COMPLETED);
        assertThat(outcome.getQueuedMillis()).isBetween(0L, 3_600_000L);
    }

    @Test
    @Order(8)
    void a_restart_finds_all_of_it_and_writes_no_dead_letter_again() throws Exception {
        Map<String, Long> before = deadLetters();
        producer.close();
        platform.close();
        here.close();
        start();

        assertEveryKindOfRequestIsServed();
        assertThat(deadLetters()).isEqualTo(before);
    }

    private static Map<String, Long> deadLetters() {
        Map<String, Long> counts = new TreeMap<>();
        for (Topic<?> topic : Topics.all()) {
            try (var reader = new TopicReader(kafka, kafka.name(topic) + ".dead")) {
                counts.put(topic.suffix(), (long) reader.toEnd().size());
            }
        }
        return counts;
    }

    private static int register(String type, String schema) throws Exception {
        HttpResponse<String> answer =
                HttpClient.newHttpClient()
                        .send(
                                HttpRequest.newBuilder(
                                                URI.create(
                                                        kafka.registry()
                                                                + "/subjects/others-"
                                                                + type
                                                                + "/versions"))
                                        .header("Content-Type", "application/json")
                                        .POST(
                                                HttpRequest.BodyPublishers.ofString(
                                                        "{\"schemaType\":\"%s\",\"schema\":\"%s\"}"
                                                                .formatted(type, schema)))
                                        .build(),
                                HttpResponse.BodyHandlers.ofString());
        Matcher id = Pattern.compile("\"id\":(\\d+)").matcher(answer.body());
        assertThat(id.find()).as(answer.body()).isTrue();
        return Integer.parseInt(id.group(1));
    }

    private static <T extends SpecificRecord> byte[] encoded(Topic<T> topic, T record)
            throws InterruptedException {
        return schemas.serde(topic).encode(record);
    }

    private static RecordMetadata send(Topic<?> topic, String key, byte[] value) throws Exception {
        return producer.send(new ProducerRecord<>(kafka.name(topic), key, value)).get();
    }

    private static ConsumerRecord<String, byte[]> deadLetter(Topic<?> topic, RecordMetadata sent) {
        try (var reader = new TopicReader(kafka, kafka.name(topic) + ".dead")) {
            return reader
                    .until(rs -> rs.stream().anyMatch(r -> origin(r).equals(place(sent))))
                    .stream()
                    .filter(r -> origin(r).equals(place(sent)))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private static SampleOutcome outcome(String id) throws InterruptedException {
        List<ConsumerRecord<String, byte[]>> found = awaitKey(SAMPLING_OUTCOMES, id);
        return schemas.serde(SAMPLING_OUTCOMES).decode(found.get(0).value());
    }

    private static JobState state(String id) throws InterruptedException {
        List<ConsumerRecord<String, byte[]>> found = awaitKey(JOB_STATES, id);
        return schemas.serde(JOB_STATES).decode(found.get(found.size() - 1).value());
    }

    private static List<ConsumerRecord<String, byte[]>> awaitKey(Topic<?> topic, String key) {
        try (var reader = new TopicReader(kafka, kafka.name(topic))) {
            List<ConsumerRecord<String, byte[]>> read =
                    new ArrayList<>(
                            reader.until(rs -> rs.stream().anyMatch(r -> key.equals(r.key()))));
            read.removeIf(r -> !key.equals(r.key()));
            return read;
        }
    }

    private static String place(RecordMetadata sent) {
        return sent.partition() + "@" + sent.offset();
    }

    private static String origin(ConsumerRecord<String, byte[]> dead) {
        return header(dead, DeadLetters.PARTITION) + "@" + header(dead, DeadLetters.OFFSET);
    }

    private static String reason(ConsumerRecord<String, byte[]> dead) {
        return header(dead, DeadLetters.REASON);
    }

    private static String header(ConsumerRecord<String, byte[]> record, String name) {
        return new String(record.headers().lastHeader(name).value(), StandardCharsets.UTF_8);
    }

    private static long usedMemory() {
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }
}
