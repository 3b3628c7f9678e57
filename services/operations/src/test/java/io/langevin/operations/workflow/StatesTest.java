package io.langevin.operations.workflow;

import static io.langevin.messaging.Topics.CANCELLATIONS;
import static io.langevin.messaging.Topics.CANCELLATION_OUTCOMES;
import static io.langevin.messaging.Topics.JOB_STATES;
import static io.langevin.messaging.Topics.RETRAINING_REQUESTS;
import static io.langevin.messaging.Topics.SAMPLING_OUTCOMES;
import static io.langevin.messaging.Topics.SAMPLING_REQUESTS;
import static io.langevin.messaging.Topics.SCHEDULE_RESULTS;
import static io.langevin.messaging.Topics.TRAINING_JOBS;
import static org.assertj.core.api.Assertions.assertThat;

import io.langevin.records.Cancellation;
import io.langevin.records.CancellationOutcome;
import io.langevin.records.CancellationStatus;
import io.langevin.records.JobStage;
import io.langevin.records.SampleStatus;
import io.langevin.records.ScheduleResult;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** States of requests and runs: the first, the last, and how long they are kept. */
class StatesTest extends DrivenTopologies {
    @Test
    void a_sample_request_is_waiting_until_its_outcome_in_either_order() throws Exception {
        send(SAMPLING_REQUESTS, "a", sample("a"));
        send(SAMPLING_OUTCOMES, "a", outcome("a", SampleStatus.COMPLETED));
        send(SAMPLING_OUTCOMES, "a", outcome("a", SampleStatus.FAILED));
        send(SAMPLING_OUTCOMES, "b", outcome("b", SampleStatus.EXPIRED));
        send(SAMPLING_REQUESTS, "b", sample("b"));

        assertThat(stages())
                .containsExactly(
                        JobStage.WAITING,
                        JobStage.COMPLETED,
                        JobStage.COMPLETED,
                        JobStage.EXPIRED,
                        JobStage.EXPIRED);
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

    private List<String> forgotten() {
        return output(kafka.name(JOB_STATES)).readKeyValuesToList().stream()
                .filter(record -> record.value == null)
                .map(record -> record.key)
                .toList();
    }
}
