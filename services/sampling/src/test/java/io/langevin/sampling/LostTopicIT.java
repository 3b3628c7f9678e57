package io.langevin.sampling;

import static io.langevin.messaging.Topics.SAMPLING_REQUESTS;
import static io.langevin.sampling.SamplingFixture.checkpoint;
import static io.langevin.sampling.SamplingFixture.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.langevin.messaging.KafkaConfig;
import io.langevin.messaging.KafkaEnvironment;
import io.langevin.messaging.Topics;
import io.langevin.process.RunningService;
import io.langevin.records.SampleRequest;
import io.langevin.records.SampleStatus;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 15, unit = TimeUnit.MINUTES) // only against a hang
class LostTopicIT {
    private static final Duration PATIENCE = Duration.ofMinutes(4);

    @TempDir Path folder;

    @Test
    void a_topic_of_dead_letters_that_is_deleted_is_noticed_and_nothing_is_lost() throws Exception {
        KafkaConfig kafka = impatient(KafkaEnvironment.fresh());
        String dead = kafka.name(SAMPLING_REQUESTS) + ".dead";
        try (var sampling = new SamplingFixture(kafka, folder);
                var producer = kafka.producer(Map.of())) {
            sampling.publish("m", checkpoint(1, 3));
            RunningService service =
                    sampling.start(sampling.config("one"), SamplingService.ON_PROCESSOR);
            await().atMost(PATIENCE).until(service::isWorking);
            try (Admin admin = kafka.admin()) {
                admin.deleteTopics(List.of(dead)).all().get();
            }
            producer.send(
                            new ProducerRecord<>(
                                    kafka.name(SAMPLING_REQUESTS), 0, "k", new byte[] {1}))
                    .get();
            SampleRequest request = request().build();
            sampling.ask(request);
            // longer than one session takes to fail: it stays so, and does not come and go
            await().atMost(PATIENCE)
                    .during(Duration.ofSeconds(10))
                    .until(() -> !service.isWorking());

            try (Admin admin = kafka.admin()) {
                Topics.create(admin, kafka.prefix(), (short) 1);
            }

            assertThat(sampling.outcome(request.getRequestId()).getStatus())
                    .isEqualTo(SampleStatus.COMPLETED);
            await().atMost(PATIENCE).until(service::isWorking);
        }
    }

    /** Its producers do not wait for a minute for a topic that is not there. */
    private static KafkaConfig impatient(KafkaConfig kafka) {
        Map<String, String> properties = new HashMap<>(kafka.properties());
        properties.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, "2000");
        return new KafkaConfig(properties, kafka.registry(), kafka.prefix());
    }
}
