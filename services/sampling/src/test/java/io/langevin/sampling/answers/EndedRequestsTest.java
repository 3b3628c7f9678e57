package io.langevin.sampling.answers;

import static io.langevin.messaging.Topics.SAMPLING_OUTCOMES;
import static org.assertj.core.api.Assertions.assertThat;

import io.langevin.messaging.KafkaConfig;
import io.langevin.messaging.Schemas;
import io.langevin.messaging.follow.TopicsInMemory;
import io.langevin.records.SampleOutcome;
import io.langevin.records.SampleStatus;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class EndedRequestsTest {
    private Schemas schemas;
    private TopicsInMemory topics;
    private EndedRequests ended;

    @BeforeEach
    void follow() throws InterruptedException {
        var kafka = KafkaConfig.of("unused:1", "mock://" + UUID.randomUUID());
        schemas = new Schemas(kafka);
        schemas.registerAll();
        topics = new TopicsInMemory(kafka, schemas);
        ended = EndedRequests.following(topics);
    }

    @Test
    void first_outcome_of_an_id_stands() throws Exception {
        SampleOutcome first = outcome("a", SampleStatus.COMPLETED, "");
        topics.write(SAMPLING_OUTCOMES, "a", first);
        topics.write(SAMPLING_OUTCOMES, "a", outcome("a", SampleStatus.CANCELLED, "late"));

        assertThat(decoded("a")).isEqualTo(first);
    }

    @Test
    void failed_request_may_be_sent_again() throws Exception {
        topics.write(SAMPLING_OUTCOMES, "a", outcome("a", SampleStatus.FAILED, "why"));

        assertThat(ended.outcome("a")).isEmpty();
    }

    @Test
    void outcome_under_another_key_is_nobodys() throws Exception {
        topics.write(SAMPLING_OUTCOMES, "b", outcome("a", SampleStatus.COMPLETED, ""));

        assertThat(ended.outcome("a")).isEmpty();
        assertThat(ended.outcome("b")).isEmpty();
    }

    @Test
    void oldest_ones_go_when_all_together_are_too_large() throws Exception {
        String large = "x".repeat(60_000);
        for (int i = 0; i < 700; i++) {
            String id = "id " + i;
            topics.write(SAMPLING_OUTCOMES, id, outcome(id, SampleStatus.CANCELLED, large));
        }

        assertThat(ended.outcome("id 0")).isEmpty();
        assertThat(ended.outcome("id 600")).isPresent();
        assertThat(ended.outcome("id 699")).isPresent();
    }

    private SampleOutcome decoded(String id) throws InterruptedException {
        return schemas.serde(SAMPLING_OUTCOMES).decode(ended.outcome(id).orElseThrow());
    }

    private static SampleOutcome outcome(String id, SampleStatus status, String reason) {
        return SampleOutcome.newBuilder()
                .setRequestId(id)
                .setStatus(status)
                .setReason(reason)
                .setImages(0)
                .setLabels(Map.of())
                .setEndedAt(Instant.EPOCH)
                .build();
    }
}
