package io.langevin.operations.workflow;

import static io.langevin.messaging.Topics.CANCELLATIONS;
import static io.langevin.messaging.Topics.CANCELLATION_OUTCOMES;
import static io.langevin.messaging.Topics.JOB_STATES;
import static io.langevin.messaging.Topics.PUBLISHING_RESULTS;
import static io.langevin.messaging.Topics.RETRAINING_REQUESTS;
import static io.langevin.messaging.Topics.SAMPLING_REQUESTS;
import static io.langevin.messaging.Topics.SCHEDULE_JOBS;
import static io.langevin.messaging.Topics.SCHEDULE_RESULTS;
import static io.langevin.messaging.Topics.TRAINING_RESULTS;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.langevin.records.Cancellation;
import io.langevin.records.ScheduleResult;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.Test;

/** What the topologies are and say as a whole: their names, their headers, their lineage. */
class TopologyTest extends DrivenTopologies {
    /** Names are what stored state is found by: one that changes is seen here first. */
    @Test
    void the_topology_is_the_one_that_is_known() throws Exception {
        Path golden = Path.of("src/test/resources/topology.txt");
        String described = topology(Optional.empty()).describe().toString();
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
}
