package io.langevin.operations.workflow;

import static io.langevin.messaging.Topics.CANCELLATIONS;
import static io.langevin.messaging.Topics.JOB_STATES;
import static io.langevin.messaging.Topics.PUBLISHING_JOBS;
import static io.langevin.messaging.Topics.RETRAINING_REQUESTS;
import static io.langevin.messaging.Topics.SAMPLING_OUTCOMES;
import static io.langevin.messaging.Topics.SAMPLING_REQUESTS;
import static io.langevin.messaging.Topics.SCHEDULE_JOBS;
import static io.langevin.messaging.Topics.SCHEDULE_RESULTS;
import static io.langevin.messaging.Topics.TRAINING_RESULTS;
import static org.assertj.core.api.Assertions.assertThat;

import io.langevin.messaging.DeadLetters;
import io.langevin.records.Cancellation;
import io.langevin.records.Candidate;
import io.langevin.records.JobStage;
import io.langevin.records.JobState;
import io.langevin.records.JobStatus;
import io.langevin.records.SampleStatus;
import io.langevin.records.ScheduleResult;
import io.langevin.records.TrainingResult;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.Test;

/** Events that cannot be followed: each has one end, and the next one is served. */
class WrongEventsTest extends DrivenTopologies {
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
    void what_cannot_be_decoded_is_a_dead_letter_and_the_next_record_is_served() throws Exception {
        input(RETRAINING_REQUESTS).pipeInput(RUN, new byte[] {1, 2, 3});
        byte[] foreign = schemas.serde(CANCELLATIONS).encode(new Cancellation("a", "", NOW));
        input(RETRAINING_REQUESTS).pipeInput(RUN, foreign);
        send(RETRAINING_REQUESTS, RUN, request().build());

        assertThat(read(SCHEDULE_JOBS)).hasSize(1);
        List<TestRecord<String, byte[]>> dead = dead(RETRAINING_REQUESTS);
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

        List<TestRecord<String, byte[]>> dead = dead(SAMPLING_OUTCOMES);
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
        assertThat(stages()).containsExactly(JobStage.FAILED, JobStage.SCHEDULING, JobStage.FAILED);
        assertThat(dead(RETRAINING_REQUESTS)).hasSize(1);
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
        assertThat(dead(RETRAINING_REQUESTS)).hasSize(1);
    }
}
