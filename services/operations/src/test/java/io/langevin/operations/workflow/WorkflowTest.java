package io.langevin.operations.workflow;

import static io.langevin.messaging.Topics.CANCELLATIONS;
import static io.langevin.messaging.Topics.CANCELLATION_OUTCOMES;
import static io.langevin.messaging.Topics.JOB_STATES;
import static io.langevin.messaging.Topics.PUBLISHING_JOBS;
import static io.langevin.messaging.Topics.PUBLISHING_RESULTS;
import static io.langevin.messaging.Topics.RETRAINING_REQUESTS;
import static io.langevin.messaging.Topics.RUN_ORDERS;
import static io.langevin.messaging.Topics.SAMPLING_OUTCOMES;
import static io.langevin.messaging.Topics.SAMPLING_REQUESTS;
import static io.langevin.messaging.Topics.SCHEDULE_JOBS;
import static io.langevin.messaging.Topics.SCHEDULE_RESULTS;
import static io.langevin.messaging.Topics.TRAINING_JOBS;
import static io.langevin.messaging.Topics.TRAINING_PROGRESS;
import static io.langevin.messaging.Topics.TRAINING_RESULTS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.langevin.messaging.DeadLetters;
import io.langevin.messaging.KafkaConfig;
import io.langevin.messaging.Schemas;
import io.langevin.messaging.Topic;
import io.langevin.operations.streams.UnexpectedFailures;
import io.langevin.records.Cancellation;
import io.langevin.records.CancellationOutcome;
import io.langevin.records.CancellationStatus;
import io.langevin.records.Candidate;
import io.langevin.records.JobStage;
import io.langevin.records.JobState;
import io.langevin.records.JobStatus;
import io.langevin.records.Meanwhile;
import io.langevin.records.PublishingResult;
import io.langevin.records.RetrainingRequest;
import io.langevin.records.RunOrder;
import io.langevin.records.SampleOutcome;
import io.langevin.records.SampleRequest;
import io.langevin.records.SampleStatus;
import io.langevin.records.ScheduleJob;
import io.langevin.records.ScheduleResult;
import io.langevin.records.TrainingJob;
import io.langevin.records.TrainingParameters;
import io.langevin.records.TrainingProgress;
import io.langevin.records.TrainingResult;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.UUID;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The topologies as a whole, without a broker. */
class WorkflowTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final String LINEAGE = "openlineage.events";
    private static final String RUN = "0b0e7f7a-9a8e-4a3d-9d2c-000000000001";

    private final TestClock clock = new TestClock(NOW);
    private KafkaConfig kafka;
    private Schemas schemas;
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
        var topology =
                WorkflowLoop.topology(
                        kafka,
                        schemas,
                        new DeadLetters("operations", blob -> ""),
                        Optional.of(LINEAGE),
                        clock);
        driver = new TopologyTestDriver(topology, properties, NOW);
    }

    @AfterEach
    void stop() {
        driver.close();
    }

    @Test
    void a_run_goes_from_request_to_published_checkpoint() throws Exception {
        send(RETRAINING_REQUESTS, RUN, request().build());
        assertThat(read(SCHEDULE_JOBS))
                .singleElement()
                .satisfies(
                        job -> {
                            assertThat(job.getRunId()).isEqualTo(RUN);
                            assertThat(job.getImageSize()).isEqualTo(16);
                        });
        send(SCHEDULE_RESULTS, RUN, schedule());
        TrainingJob training = read(TRAINING_JOBS).get(0);
        assertThat(training.getSigmas()).containsExactly(5.0, 0.1);
        assertThat(training.getDatasetFingerprint()).isEqualTo("print");
        assertThat(training.getTraining()).isEqualTo(request().build().getTraining());
        send(TRAINING_RESULTS, RUN, trained());
        assertThat(read(PUBLISHING_JOBS))
                .singleElement()
                .satisfies(
                        job -> {
                            assertThat(job.getCandidates()).hasSize(1);
                            assertThat(job.getModel()).isEqualTo("m");
                        });
        send(PUBLISHING_RESULTS, RUN, published());

        assertThat(states())
                .containsExactly(
                        JobStage.SCHEDULING,
                        JobStage.WAITING,
                        JobStage.PUBLISHING,
                        JobStage.COMPLETED);
    }

    @Test
    void repeats_and_late_results_change_nothing() throws Exception {
        send(RETRAINING_REQUESTS, RUN, request().build());
        send(RETRAINING_REQUESTS, RUN, request().build());
        send(TRAINING_RESULTS, RUN, trained());
        send(SCHEDULE_RESULTS, RUN, schedule());
        send(SCHEDULE_RESULTS, RUN, schedule());
        send(SCHEDULE_RESULTS, UUID.randomUUID().toString(), schedule());

        assertThat(read(SCHEDULE_JOBS)).hasSize(1);
        assertThat(read(TRAINING_JOBS)).hasSize(1);
        assertThat(read(PUBLISHING_JOBS)).isEmpty();
        assertThat(states()).containsExactly(JobStage.SCHEDULING, JobStage.WAITING);
    }

    @Test
    void a_failed_service_ends_the_run_with_its_reason() throws Exception {
        send(RETRAINING_REQUESTS, RUN, request().build());
        send(
                SCHEDULE_RESULTS,
                RUN,
                ScheduleResult.newBuilder()
                        .setRunId(RUN)
                        .setStatus(JobStatus.FAILED)
                        .setReason("dataset: must exist")
                        .build());
        send(SCHEDULE_RESULTS, RUN, schedule());

        List<JobState> states = read(JOB_STATES);
        assertThat(states.get(1).getStage()).isEqualTo(JobStage.FAILED);
        assertThat(states.get(1).getDetail()).isEqualTo("dataset: must exist");
        assertThat(states).hasSize(2);
        assertThat(read(TRAINING_JOBS)).isEmpty();
    }

    @Test
    void a_cancelled_run_ends_at_once_and_its_late_results_are_ignored() throws Exception {
        send(RETRAINING_REQUESTS, RUN, request().build());
        send(CANCELLATIONS, RUN, new Cancellation(RUN, "enough", NOW));
        send(SCHEDULE_RESULTS, RUN, schedule());

        assertThat(states()).containsExactly(JobStage.SCHEDULING, JobStage.CANCELLED);
        assertThat(read(TRAINING_JOBS)).isEmpty();
    }

    @Test
    void a_paused_run_says_so_and_its_training_is_asked_for_again_when_it_goes_on()
            throws Exception {
        send(RETRAINING_REQUESTS, RUN, request().build());
        send(SCHEDULE_RESULTS, RUN, schedule());
        assertThat(read(TRAINING_JOBS)).hasSize(1);
        states();

        send(RUN_ORDERS, RUN, new RunOrder(RUN, true, "the GPU is needed", NOW));
        send(
                TRAINING_RESULTS,
                RUN,
                TrainingResult.newBuilder()
                        .setRunId(RUN)
                        .setStatus(JobStatus.PAUSED)
                        .setReason("paused after 7 iterations")
                        .setSnapshot("s".repeat(64))
                        .build());

        assertThat(read(JOB_STATES))
                .extracting(JobState::getStage, JobState::getDetail)
                .containsExactly(
                        tuple(JobStage.PAUSED, "asked to pause: the GPU is needed"),
                        tuple(JobStage.PAUSED, "paused after 7 iterations"));
        assertThat(read(TRAINING_JOBS)).isEmpty();

        send(RUN_ORDERS, RUN, new RunOrder(RUN, false, "", NOW));
        assertThat(read(TRAINING_JOBS))
                .singleElement()
                .returns(1, TrainingJob::getRound)
                .returns("s".repeat(64), TrainingJob::getSnapshot);
        send(TRAINING_RESULTS, RUN, trained()); // of the round before
        send(TRAINING_RESULTS, RUN, TrainingResult.newBuilder(trained()).setRound(1).build());
        assertThat(states()).containsExactly(JobStage.WAITING, JobStage.PUBLISHING);
    }

    /** An order that came before its run, or that its worker alone has heard of. */
    @Test
    void a_run_that_nobody_holds_back_here_is_let_go_everywhere() throws Exception {
        send(RUN_ORDERS, RUN, new RunOrder(RUN, true, "", NOW));
        send(RETRAINING_REQUESTS, RUN, request().build());
        send(SCHEDULE_RESULTS, RUN, schedule());
        read(TRAINING_JOBS);
        read(RUN_ORDERS);
        send(
                TRAINING_RESULTS,
                RUN,
                TrainingResult.newBuilder().setRunId(RUN).setStatus(JobStatus.PAUSED).build());
        assertThat(read(RUN_ORDERS)).singleElement().returns(false, RunOrder::getPaused);
        assertThat(read(TRAINING_JOBS)).singleElement().returns(1, TrainingJob::getRound);
    }

    @Test
    void a_request_may_replace_the_other_run_of_its_model_or_be_refused_beside_it()
            throws Exception {
        String second = "0b0e7f7a-9a8e-4a3d-9d2c-000000000002";
        String third = "0b0e7f7a-9a8e-4a3d-9d2c-000000000003";
        send(RETRAINING_REQUESTS, RUN, request().build());
        states();

        var refused = request().setRunId(second).setMeanwhile(Meanwhile.REJECT).build();
        send(RETRAINING_REQUESTS, second, refused);
        assertThat(read(JOB_STATES))
                .singleElement()
                .returns(JobStage.FAILED, JobState::getStage)
                .returns(
                        "model: must have no other run under way where meanwhile is REJECT, not ["
                                + RUN
                                + "]",
                        JobState::getDetail);
        read(SCHEDULE_JOBS);

        var replacing = request().setRunId(third).setMeanwhile(Meanwhile.REPLACE).build();
        send(RETRAINING_REQUESTS, third, replacing);
        assertThat(read(CANCELLATIONS))
                .singleElement()
                .returns(RUN, Cancellation::getId)
                .returns("replaced by the run " + third, Cancellation::getReason);
        assertThat(read(SCHEDULE_JOBS)).singleElement().returns(third, ScheduleJob::getRunId);
        assertThat(read(JOB_STATES))
                .anyMatch(s -> s.getId().equals(RUN) && s.getStage() == JobStage.CANCELLED);
    }

    @Test
    void a_training_that_gives_no_sign_of_life_is_stalled_until_it_gives_one() throws Exception {
        send(RETRAINING_REQUESTS, RUN, request().build());
        send(SCHEDULE_RESULTS, RUN, schedule());
        later(Duration.ofHours(1));
        assertThat(states()).as("queued").containsExactly(JobStage.SCHEDULING, JobStage.WAITING);

        send(TRAINING_PROGRESS, RUN, progress());
        later(BegunTrainings.SILENT.minusSeconds(10));
        assertThat(states()).containsExactly(JobStage.TRAINING);
        later(Duration.ofSeconds(10));
        assertThat(states()).containsExactly(JobStage.STALLED);
        later(Duration.ofHours(1));
        assertThat(states()).isEmpty();

        send(TRAINING_PROGRESS, RUN, progress());
        assertThat(states()).containsExactly(JobStage.TRAINING);
        send(TRAINING_RESULTS, RUN, trained());
        later(Duration.ofHours(1));
        assertThat(states()).containsExactly(JobStage.PUBLISHING);
    }

    private static TrainingProgress progress() {
        return TrainingProgress.newBuilder()
                .setRunId(RUN)
                .setIteration(1)
                .setIterations(2)
                .setSeconds(1)
                .setLoss(1)
                .setImagesPerSecond(1)
                .setMeasuredAt(NOW)
                .build();
    }

    /** Names are what stored state is found by: one that changes is seen here first. */
    @Test
    void the_topology_is_the_one_that_is_known() throws Exception {
        Path golden = Path.of("src/test/resources/topology.txt");
        String described =
                WorkflowLoop.topology(
                                kafka,
                                schemas,
                                new DeadLetters("operations", blob -> ""),
                                Optional.empty(),
                                clock)
                        .describe()
                        .toString();
        if (System.getProperty("golden") != null) {
            Files.createDirectories(golden.getParent());
            Files.writeString(golden, described);
        }
        assertThat(described).isEqualTo(Files.readString(golden));
    }

    @Test
    void a_run_is_told_as_events_of_openlineage() throws Exception {
        send(RETRAINING_REQUESTS, RUN, request().setDataset("topic:flowers").build());
        var version = ScheduleResult.newBuilder(schedule()).setDataset("topic:flowers@3-9").build();
        send(SCHEDULE_RESULTS, RUN, version);
        send(TRAINING_RESULTS, RUN, trained());
        send(PUBLISHING_RESULTS, RUN, published());

        List<JsonNode> events = new ArrayList<>();
        for (byte[] event : output(LINEAGE).readValuesToList()) {
            events.add(new ObjectMapper().readTree(event));
        }
        assertThat(events)
                .extracting(event -> event.get("eventType").asText())
                .containsExactly("START", "RUNNING", "COMPLETE");
        JsonNode end = events.get(2);
        assertThat(end)
                .isEqualTo(
                        new ObjectMapper()
                                .readTree(Path.of("src/test/resources/openlineage.json").toFile()));
        assertThat(events.get(0).at("/inputs/0/name").asText()).isEqualTo("topic:flowers");
        assertThat(events.get(0).at("/outputs")).isEmpty();
    }

    @Test
    void what_is_long_over_is_forgotten_and_what_is_under_way_is_not() throws Exception {
        String running = "0b0e7f7a-9a8e-4a3d-9d2c-000000000002";
        String asked = "0b0e7f7a-9a8e-4a3d-9d2c-000000000003";
        send(RETRAINING_REQUESTS, RUN, request().setImageSize(0).build());
        send(RETRAINING_REQUESTS, running, request().setRunId(running).build());
        send(SAMPLING_REQUESTS, asked, sample(asked));
        send(SAMPLING_OUTCOMES, asked, outcome(asked, SampleStatus.COMPLETED));
        later(Duration.ofDays(7));
        assertThat(forgotten()).isEmpty();

        later(Duration.ofDays(2));
        assertThat(forgotten()).containsExactly(asked);
        later(Duration.ofDays(20));
        assertThat(forgotten()).isEmpty();
        later(Duration.ofDays(3));
        assertThat(forgotten()).containsExactly(RUN);
        later(Duration.ofDays(300));
        assertThat(forgotten()).isEmpty();

        send(
                SCHEDULE_RESULTS,
                running,
                ScheduleResult.newBuilder(schedule()).setRunId(running).build());
        assertThat(read(TRAINING_JOBS)).hasSize(1);
    }

    private void later(Duration time) {
        clock.now = clock.now.plus(time);
        driver.advanceWallClockTime(time);
    }

    private List<String> forgotten() {
        return output(kafka.name(JOB_STATES)).readKeyValuesToList().stream()
                .filter(record -> record.value == null)
                .map(record -> record.key)
                .toList();
    }

    @Test
    void every_cancellation_is_answered_by_the_state_of_what_it_names() throws Exception {
        send(RETRAINING_REQUESTS, RUN, request().build());
        send(CANCELLATIONS, RUN, new Cancellation(RUN, "enough", NOW));
        send(CANCELLATIONS, RUN, new Cancellation(RUN, "enough", NOW));
        send(CANCELLATIONS, "nobody", new Cancellation("nobody", "", NOW));

        assertThat(read(CANCELLATION_OUTCOMES))
                .containsExactly(
                        new CancellationOutcome(
                                RUN, CancellationStatus.ACCEPTED, "was scheduling", NOW),
                        new CancellationOutcome(
                                RUN, CancellationStatus.ENDED, "cancelled before: enough", NOW),
                        new CancellationOutcome(
                                "nobody",
                                CancellationStatus.UNKNOWN,
                                "no request or run has this id; should one come, it ends at once",
                                NOW));
    }

    @Test
    void a_state_that_cannot_be_read_is_told_and_holds_up_no_other() throws Exception {
        input(JOB_STATES).pipeInput("a", new byte[] {1, 2, 3});
        send(CANCELLATIONS, "a", new Cancellation("a", "", NOW));
        send(CANCELLATIONS, "b", new Cancellation("b", "", NOW));

        assertThat(read(CANCELLATION_OUTCOMES))
                .extracting(CancellationOutcome::getDetail)
                .containsExactly(
                        "its state cannot be read: value: must start with a zero byte and a schema"
                                + " id, but its 3 bytes do not",
                        "no request or run has this id; should one come, it ends at once");
    }

    /** What a result says goes into the run and into the next job, which have to stay writable. */
    @Test
    void a_result_that_is_too_large_for_the_next_job_ends_its_run() throws Exception {
        String other = "0b0e7f7a-9a8e-4a3d-9d2c-000000000002";
        for (String id : List.of(RUN, other)) {
            send(RETRAINING_REQUESTS, id, request().setRunId(id).build());
        }
        send(SCHEDULE_RESULTS, RUN, schedule());
        var candidates = Collections.nCopies(40_000, new Candidate("c".repeat(64), 7, 1.5, null));
        send(
                TRAINING_RESULTS,
                RUN,
                TrainingResult.newBuilder(trained()).setCandidates(candidates).build());
        send(
                SCHEDULE_RESULTS,
                other,
                ScheduleResult.newBuilder(schedule())
                        .setRunId(other)
                        .setSigmas(Collections.nCopies(90_000, 1.0))
                        .build());
        send(
                RETRAINING_REQUESTS,
                "0b0e7f7a-9a8e-4a3d-9d2c-000000000003",
                request()
                        .setRunId("0b0e7f7a-9a8e-4a3d-9d2c-000000000003")
                        .setLabels(Map.of("a", "b".repeat(60_000)))
                        .build());

        assertThat(read(JOB_STATES))
                .filteredOn(state -> state.getStage() == JobStage.FAILED)
                .extracting(JobState::getDetail)
                .containsExactly(
                        "candidates: must have at most 1000 items, not 40000",
                        "sigmas: must have at most 10000 items, not 90000",
                        "labels: must have at most 16384 characters together, not 60001");
        assertThat(read(PUBLISHING_JOBS)).isEmpty();
    }

    @Test
    void a_wrong_request_fails_with_field_rule_and_value() throws Exception {
        send(RETRAINING_REQUESTS, RUN, request().setImageSize(0).build());
        String other = "0b0e7f7a-9a8e-4a3d-9d2c-000000000002";
        send(RETRAINING_REQUESTS, other, request().build());
        send(RETRAINING_REQUESTS, "x", request().setRunId("x").build());

        assertThat(read(JOB_STATES))
                .extracting(JobState::getDetail)
                .containsExactly(
                        "imageSize: must be 1 to 1024 pixels, not 0",
                        "runId: must equal the key of its record, not " + RUN,
                        "runId: must be a UUID in its usual text form, not 'x'");
        assertThat(read(SCHEDULE_JOBS)).isEmpty();
    }

    @Test
    void a_preset_fills_what_the_request_leaves_and_an_ablation_leaves_one_thing_out()
            throws Exception {
        RetrainingRequest request =
                RetrainingRequest.newBuilder()
                        .setRunId(RUN)
                        .setModel("m")
                        .setPreset("ffhq")
                        .setAblation("no-ema")
                        .setTraining(TrainingParameters.newBuilder().setBatchSize(8).build())
                        .build();
        send(RETRAINING_REQUESTS, RUN, request);
        send(SCHEDULE_RESULTS, RUN, schedule());

        ScheduleJob job = read(SCHEDULE_JOBS).get(0);
        assertThat(job.getImageSize()).isEqualTo(256);
        assertThat(job.getChannels()).isEqualTo(3);
        assertThat(job.getParameters().getSigmaBegin()).isEqualTo(348);
        assertThat(job.getParameters().getStepsPerLevel()).isEqualTo(3);
        TrainingParameters training = read(TRAINING_JOBS).get(0).getTraining();
        assertThat(training.getBatchSize()).isEqualTo(8); // the request's own
        assertThat(training.getIterations()).isEqualTo(80_000);
        assertThat(training.getAdamEpsilon()).isEqualTo(1e-3);
        assertThat(training.getEmaDecay()).isZero();
    }

    @Test
    void the_predecessor_is_a_preset_and_unknown_names_are_refused() throws Exception {
        send(RETRAINING_REQUESTS, RUN, request().setImageSize(32).setPreset("ncsn").build());
        send(SCHEDULE_RESULTS, RUN, schedule());
        String other = "0b0e7f7a-9a8e-4a3d-9d2c-000000000002";
        send(RETRAINING_REQUESTS, other, request().setRunId(other).setPreset("mnist").build());

        assertThat(read(SCHEDULE_JOBS).get(0).getParameters().getLevels()).isEqualTo(10);
        assertThat(read(TRAINING_JOBS).get(0).getNetwork().getFamily()).isEqualTo("ncsn");
        assertThat(read(JOB_STATES))
                .extracting(JobState::getDetail)
                .last()
                .isEqualTo(
                        "preset: must be one of [bedroom, celeba, church, cifar10, ffhq, ncsn,"
                                + " tower], not 'mnist'");
    }

    @Test
    void what_cannot_be_decoded_is_a_dead_letter_and_the_next_record_is_served() throws Exception {
        input(RETRAINING_REQUESTS).pipeInput(RUN, new byte[] {1, 2, 3});
        byte[] foreign = schemas.serde(CANCELLATIONS).encode(new Cancellation("a", "", NOW));
        input(RETRAINING_REQUESTS).pipeInput(RUN, foreign);
        send(RETRAINING_REQUESTS, RUN, request().build());

        assertThat(read(SCHEDULE_JOBS)).hasSize(1);
        List<TestRecord<String, byte[]>> dead =
                output(kafka.name(RETRAINING_REQUESTS) + ".dead").readRecordsToList();
        assertThat(dead).hasSize(2);
        assertThat(dead.get(0).value()).containsExactly(1, 2, 3);
        assertThat(
                        new String(
                                dead.get(1).headers().lastHeader(DeadLetters.REASON).value(),
                                StandardCharsets.UTF_8))
                .contains("must be a io.langevin.records.RetrainingRequest");
    }

    @Test
    void an_outcome_under_a_key_that_no_state_can_have_is_a_dead_letter() throws Exception {
        String key = "k".repeat(3_000_000);
        send(SAMPLING_OUTCOMES, key, outcome(key.substring(0, 10), SampleStatus.COMPLETED));

        List<TestRecord<String, byte[]>> dead =
                output(kafka.name(SAMPLING_OUTCOMES) + ".dead").readRecordsToList();
        assertThat(dead).hasSize(1);
        assertThat(dead.get(0).headers().lastHeader(DeadLetters.REASON).value())
                .asString(StandardCharsets.UTF_8)
                .isEqualTo("key: must have at most 100 characters, not 3000000");
        assertThat(read(JOB_STATES)).isEmpty();
    }

    @Test
    void empty_values_and_empty_schedules_stop_nothing() throws Exception {
        input(SAMPLING_OUTCOMES).pipeInput("a", (byte[]) null);
        input(SAMPLING_REQUESTS).pipeInput("a", (byte[]) null);
        input(RETRAINING_REQUESTS).pipeInput(RUN, (byte[]) null);
        send(RETRAINING_REQUESTS, RUN, request().build());
        send(
                SCHEDULE_RESULTS,
                RUN,
                ScheduleResult.newBuilder().setRunId(RUN).setStatus(JobStatus.COMPLETED).build());

        // the empty request is refused, and the whole one of its id is followed all the same
        assertThat(states()).containsExactly(JobStage.FAILED, JobStage.SCHEDULING, JobStage.FAILED);
        assertThat(output(kafka.name(RETRAINING_REQUESTS) + ".dead").readRecordsToList())
                .hasSize(1);
    }

    @Test
    void a_request_whose_sender_could_not_find_its_state_is_refused_where_it_is_looked_for()
            throws Exception {
        String other = "0b0e7f7a-9a8e-4a3d-9d2c-000000000002";
        String third = "0b0e7f7a-9a8e-4a3d-9d2c-000000000003";
        send(RETRAINING_REQUESTS, null, request().build());
        send(RETRAINING_REQUESTS, third, request().setRunId(other).build());
        send(RETRAINING_REQUESTS, null, request().setRunId("").build());
        send(RETRAINING_REQUESTS, RUN, request().build());

        List<JobState> states = read(JOB_STATES);
        assertThat(states)
                .extracting(JobState::getId)
                .containsExactlyInAnyOrder(RUN, third, other, RUN);
        assertThat(states).filteredOn(s -> s.getStage() == JobStage.FAILED).hasSize(3);
        assertThat(read(SCHEDULE_JOBS)).hasSize(1);
        assertThat(output(kafka.name(RETRAINING_REQUESTS) + ".dead").readRecordsToList())
                .hasSize(1);
    }

    @Test
    void a_published_run_cannot_be_cancelled_and_its_publisher_decides() throws Exception {
        send(RETRAINING_REQUESTS, RUN, request().build());
        send(SCHEDULE_RESULTS, RUN, schedule());
        send(TRAINING_RESULTS, RUN, trained());
        send(CANCELLATIONS, RUN, new Cancellation(RUN, "too late", NOW));
        send(PUBLISHING_RESULTS, RUN, published());

        assertThat(states())
                .containsExactly(
                        JobStage.SCHEDULING,
                        JobStage.WAITING,
                        JobStage.PUBLISHING,
                        JobStage.PUBLISHING,
                        JobStage.COMPLETED);
    }

    @Test
    void what_is_written_has_its_own_headers_and_the_trace_alone_of_its_cause() throws Exception {
        var headers = new RecordHeaders();
        headers.add("traceparent", "00-abc-def-01".getBytes(StandardCharsets.UTF_8));
        headers.add("tracestate", "vendor=1".getBytes(StandardCharsets.UTF_8));
        headers.add("ce_id", "the sender's".getBytes(StandardCharsets.UTF_8));
        for (int i = 0; i < 500; i++) {
            headers.add("x-" + i, new byte[] {1});
        }
        input(CANCELLATIONS)
                .pipeInput(
                        new TestRecord<>(
                                RUN,
                                schemas.serde(CANCELLATIONS).encode(new Cancellation(RUN, "", NOW)),
                                headers));
        input(SAMPLING_REQUESTS)
                .pipeInput(
                        new TestRecord<>(
                                RUN,
                                schemas.serde(SAMPLING_REQUESTS).encode(sample(RUN)),
                                headers));

        for (var topic : List.of(CANCELLATION_OUTCOMES, JOB_STATES)) {
            var written = output(kafka.name(topic)).readRecord().headers();
            assertThat(written).extracting(header -> header.key()).hasSize(8);
            assertThat(text(written, "traceparent")).isEqualTo("00-abc-def-01");
            assertThat(text(written, "tracestate")).isEqualTo("vendor=1");
            assertThat(text(written, "ce_id")).isNotEqualTo("the sender's");
            assertThat(text(written, "ce_source")).isEqualTo("/langevin/operations");
            assertThat(text(written, "ce_type")).isEqualTo(topic.schema().getFullName());
        }
    }

    private static String text(org.apache.kafka.common.header.Headers headers, String name) {
        return new String(headers.lastHeader(name).value(), StandardCharsets.UTF_8);
    }

    @Test
    void every_hop_carries_the_trace_of_the_request() throws Exception {
        var headers = new RecordHeaders();
        headers.add("traceparent", "00-abc-def-01".getBytes(StandardCharsets.UTF_8));
        input(RETRAINING_REQUESTS)
                .pipeInput(
                        new TestRecord<>(
                                RUN,
                                schemas.serde(RETRAINING_REQUESTS).encode(request().build()),
                                headers));

        var job = output(kafka.name(SCHEDULE_JOBS)).readRecord().headers();

        assertThat(new String(job.lastHeader("traceparent").value(), StandardCharsets.UTF_8))
                .isEqualTo("00-abc-def-01");
        assertThat(new String(job.lastHeader("ce_type").value(), StandardCharsets.UTF_8))
                .isEqualTo("io.langevin.records.ScheduleJob");
    }

    @Test
    void a_sample_request_is_waiting_until_its_outcome_in_either_order() throws Exception {
        send(SAMPLING_REQUESTS, "a", sample("a"));
        send(SAMPLING_OUTCOMES, "a", outcome("a", SampleStatus.COMPLETED));
        send(SAMPLING_OUTCOMES, "a", outcome("a", SampleStatus.FAILED));
        send(SAMPLING_OUTCOMES, "b", outcome("b", SampleStatus.EXPIRED));
        send(SAMPLING_REQUESTS, "b", sample("b"));

        assertThat(states())
                .containsExactly(
                        JobStage.WAITING,
                        JobStage.COMPLETED,
                        JobStage.COMPLETED,
                        JobStage.EXPIRED,
                        JobStage.EXPIRED);
    }

    private static RetrainingRequest.Builder request() {
        return RetrainingRequest.newBuilder()
                .setRunId(RUN)
                .setModel("m")
                .setDataset("d")
                .setImageSize(16);
    }

    private static ScheduleResult schedule() {
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

    private static TrainingResult trained() {
        return TrainingResult.newBuilder()
                .setRunId(RUN)
                .setStatus(JobStatus.COMPLETED)
                .setCandidates(List.of(new Candidate("c", 7, 1.5, null)))
                .setIterations(7)
                .build();
    }

    private static PublishingResult published() {
        return PublishingResult.newBuilder()
                .setRunId(RUN)
                .setStatus(JobStatus.COMPLETED)
                .setCheckpoint("c")
                .build();
    }

    private static SampleRequest sample(String id) {
        return SampleRequest.newBuilder().setRequestId(id).setModel("m").build();
    }

    private static SampleOutcome outcome(String id, SampleStatus status) {
        return SampleOutcome.newBuilder()
                .setRequestId(id)
                .setStatus(status)
                .setImages(1)
                .setEndedAt(NOW)
                .build();
    }

    private TestInputTopic<String, byte[]> input(Topic<?> topic) {
        return driver.createInputTopic(
                kafka.name(topic), new StringSerializer(), new ByteArraySerializer());
    }

    private TestOutputTopic<String, byte[]> output(String name) {
        return driver.createOutputTopic(
                name, new StringDeserializer(), new ByteArrayDeserializer());
    }

    private <T extends SpecificRecord> void send(Topic<T> topic, String key, T record)
            throws InterruptedException {
        input(topic).pipeInput(key, schemas.serde(topic).encode(record));
    }

    private <T extends SpecificRecord> List<T> read(Topic<T> topic) throws InterruptedException {
        List<T> records = new ArrayList<>();
        for (byte[] bytes : output(kafka.name(topic)).readValuesToList()) {
            records.add(schemas.serde(topic).decode(bytes));
        }
        return records;
    }

    private List<JobStage> states() throws InterruptedException {
        return read(JOB_STATES).stream().map(JobState::getStage).toList();
    }
}
