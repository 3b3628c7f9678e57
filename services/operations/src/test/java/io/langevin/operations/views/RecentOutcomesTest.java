package io.langevin.operations.views;

import static io.langevin.messaging.Topics.SAMPLING_OUTCOMES;
import static org.assertj.core.api.Assertions.assertThat;

import io.langevin.messaging.KafkaConfig;
import io.langevin.messaging.Schemas;
import io.langevin.messaging.follow.TopicsInMemory;
import io.langevin.records.SampleOutcome;
import io.langevin.records.SampleStatus;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Rates and latencies of the last hour, by the broker's time. */
class RecentOutcomesTest {
    private static final Instant NOW = Instant.parse("2026-01-01T12:00:30Z");

    private KafkaConfig kafka;
    private Schemas schemas;
    private TopicsInMemory topics;
    private RecentOutcomes recent;

    @BeforeEach
    void follow() throws InterruptedException {
        kafka = KafkaConfig.of("unused:1", "mock://" + UUID.randomUUID());
        schemas = new Schemas(kafka);
        schemas.registerAll();
        topics = new TopicsInMemory(kafka, schemas);
        recent = RecentOutcomes.following(topics, Clock.fixed(NOW, ZoneOffset.UTC));
    }

    @Test
    void every_minute_of_the_hour_has_its_counts() throws Exception {
        ended(Duration.ofSeconds(10), "a", SampleStatus.COMPLETED, 4, 0);
        ended(Duration.ofSeconds(20), "b", SampleStatus.COMPLETED, 2, 0);
        ended(Duration.ofMinutes(1), "a", SampleStatus.FAILED, 0, 0);
        ended(Duration.ofMinutes(59), "a", SampleStatus.EXPIRED, 0, 0);
        ended(Duration.ofMinutes(61), "a", SampleStatus.COMPLETED, 99, 0);

        var summary = recent.summary();

        assertThat(summary.minutes()).hasSize(60);
        assertThat(summary.minutes().get(59))
                .isEqualTo(
                        new RecentOutcomes.Minute(Instant.parse("2026-01-01T12:00:00Z"), 2, 0, 6));
        assertThat(summary.minutes().get(58).failed()).isEqualTo(1);
        assertThat(summary.minutes().get(0).failed()).isEqualTo(1);
        assertThat(summary.imagesByModel()).isEqualTo(Map.of("a", 4, "b", 2));
    }

    @Test
    void percentiles_are_numbers_that_so_many_do_not_exceed() throws Exception {
        assertThat(recent.summary().queued()).isEqualTo(new RecentOutcomes.Percentiles(0, 0, 0));
        for (int i = 1; i <= 100; i++) {
            ended(Duration.ofSeconds(i), "a", SampleStatus.COMPLETED, 1, i);
        }
        ended(Duration.ofSeconds(1), "a", SampleStatus.FAILED, 1, 1_000_000);

        assertThat(recent.summary().queued()).isEqualTo(new RecentOutcomes.Percentiles(50, 95, 99));
        assertThat(recent.summary().computed())
                .isEqualTo(new RecentOutcomes.Percentiles(100, 190, 198));
    }

    private void ended(Duration ago, String model, SampleStatus status, int images, long queued)
            throws InterruptedException {
        String id = UUID.randomUUID().toString();
        var outcome =
                SampleOutcome.newBuilder()
                        .setRequestId(id)
                        .setStatus(status)
                        .setModel(model)
                        .setImages(images)
                        .setQueuedMillis(queued)
                        .setComputedMillis(2 * queued)
                        .setEndedAt(Instant.EPOCH) // which nobody believes
                        .build();
        topics.write(
                new ProducerRecord<>(
                        kafka.name(SAMPLING_OUTCOMES),
                        0,
                        NOW.minus(ago).toEpochMilli(),
                        id,
                        schemas.serde(SAMPLING_OUTCOMES).encode(outcome)));
    }
}
