package io.langevin.operations.workflow;

import static io.langevin.messaging.Topics.JOB_STATES;

import io.langevin.messaging.DeadLetters;
import io.langevin.messaging.KafkaConfig;
import io.langevin.messaging.Schemas;
import io.langevin.messaging.Topic;
import io.langevin.operations.streams.UnexpectedFailures;
import io.langevin.records.Candidate;
import io.langevin.records.JobStage;
import io.langevin.records.JobState;
import io.langevin.records.JobStatus;
import io.langevin.records.PublishingResult;
import io.langevin.records.RetrainingRequest;
import io.langevin.records.SampleOutcome;
import io.langevin.records.SampleRequest;
import io.langevin.records.SampleStatus;
import io.langevin.records.ScheduleResult;
import io.langevin.records.TrainingResult;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.UUID;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** The topologies as a whole, driven without a broker, and records to drive them with. */
abstract class DrivenTopologies {
    static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    static final String LINEAGE = "openlineage.events";
    static final String RUN = "0b0e7f7a-9a8e-4a3d-9d2c-000000000001";

    final TestClock clock = new TestClock(NOW);
    KafkaConfig kafka;
    Schemas schemas;
    private TopologyTestDriver driver;

    @BeforeEach
    void start() throws InterruptedException {
        kafka = KafkaConfig.of("unused:1", "mock://" + UUID.randomUUID());
        schemas = new Schemas(kafka);
        schemas.registerAll();
        Properties properties = new Properties();
        properties.put(StreamsConfig.APPLICATION_ID_CONFIG, "test");
        properties.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "unused:1");
        properties.put(
                StreamsConfig.DESERIALIZATION_EXCEPTION_HANDLER_CLASS_CONFIG,
                UnexpectedFailures.class);
        properties.put(
                StreamsConfig.PROCESSING_EXCEPTION_HANDLER_CLASS_CONFIG, UnexpectedFailures.class);
        driver = new TopologyTestDriver(topology(Optional.of(LINEAGE)), properties, NOW);
    }

    /**
     * @param lineage topic of OpenLineage events; empty: there are none
     */
    final Topology topology(Optional<String> lineage) throws InterruptedException {
        return WorkflowLoop.topology(
                kafka, schemas, new DeadLetters("operations", blob -> ""), lineage, clock);
    }

    @AfterEach
    void stop() {
        driver.close();
    }

    final void later(Duration time) {
        clock.now = clock.now.plus(time);
        driver.advanceWallClockTime(time);
    }

    final TestInputTopic<String, byte[]> input(Topic<?> topic) {
        return driver.createInputTopic(
                kafka.name(topic), new StringSerializer(), new ByteArraySerializer());
    }

    final TestOutputTopic<String, byte[]> output(String name) {
        return driver.createOutputTopic(
                name, new StringDeserializer(), new ByteArrayDeserializer());
    }

    final List<TestRecord<String, byte[]>> dead(Topic<?> topic) {
        return output(kafka.name(topic) + ".dead").readRecordsToList();
    }

    static String text(Headers headers, String name) {
        return new String(headers.lastHeader(name).value(), StandardCharsets.UTF_8);
    }

    /** A record of none is the end of what its key names. */
    final <T extends SpecificRecord> void send(Topic<T> topic, String key, T record)
            throws InterruptedException {
        input(topic).pipeInput(key, record == null ? null : schemas.serde(topic).encode(record));
    }

    final <T extends SpecificRecord> List<T> read(Topic<T> topic) throws InterruptedException {
        List<T> records = new ArrayList<>();
        for (byte[] bytes : output(kafka.name(topic)).readValuesToList()) {
            if (bytes != null) {
                records.add(schemas.serde(topic).decode(bytes));
            }
        }
        return records;
    }

    final List<JobStage> stages() throws InterruptedException {
        return read(JOB_STATES).stream().map(JobState::getStage).toList();
    }

    static RetrainingRequest.Builder request() {
        return RetrainingRequest.newBuilder()
                .setRunId(RUN)
                .setModel("m")
                .setDataset("d")
                .setImageSize(16);
    }

    static ScheduleResult schedule() {
        return ScheduleResult.newBuilder()
                .setRunId(RUN)
                .setStatus(JobStatus.COMPLETED)
                .setDatasetFingerprint("print")
                .setChannels(1)
                .setSigmas(List.of(5.0, 0.1))
                .setStepsPerLevel(5)
                .setEpsilon(1e-5)
                .setScheduleId("s")
                .build();
    }

    static TrainingResult trained() {
        return TrainingResult.newBuilder()
                .setRunId(RUN)
                .setStatus(JobStatus.COMPLETED)
                .setCandidates(List.of(new Candidate("c", 7, 1.5, null)))
                .setIterations(7)
                .build();
    }

    static PublishingResult published() {
        return PublishingResult.newBuilder()
                .setRunId(RUN)
                .setStatus(JobStatus.COMPLETED)
                .setCheckpoint("c")
                .build();
    }

    static SampleRequest sample(String id) {
        return SampleRequest.newBuilder().setRequestId(id).setModel("m").build();
    }

    static SampleOutcome outcome(String id, SampleStatus status) {
        return SampleOutcome.newBuilder()
                .setRequestId(id)
                .setStatus(status)
                .setImages(1)
                .setEndedAt(NOW)
                .build();
    }
}
