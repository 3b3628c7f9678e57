package io.langevin.sampling;

import static io.langevin.messaging.Topics.SAMPLING_OUTCOMES;
import static io.langevin.messaging.Topics.SAMPLING_REQUESTS;
import static org.assertj.core.api.Assertions.assertThat;

import io.langevin.messaging.KafkaEnvironment;
import java.nio.file.Path;
import java.time.Duration;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What waits stays with the broker. */
@Timeout(value = 30, unit = TimeUnit.MINUTES) // only against a hang
class ManyRequestsIT {
    private static final int REQUESTS = 25_000;

    @TempDir Path folder;

    /** 200 MB of requests wait for a process with a heap of 128 MB. */
    @Test
    void twenty_five_thousand_waiting_requests_take_no_more_memory_than_a_few() throws Exception {
        try (var sampling = new SamplingFixture(KafkaEnvironment.fresh(), folder)) {
            sampling.publish("m", SamplingFixture.checkpoint(1, 2));
            askForAll(sampling);
            Map<String, String> environment = ChildProcess.worker(sampling.kafka, folder, "one");
            environment.put("LANGEVIN_SAMPLING_SLOTS", "64");
            try (var worker =
                    ChildProcess.start(
                            FakeWorkerMain.class,
                            List.of("-Xmx128m", "-XX:+ExitOnOutOfMemoryError"),
                            List.of(),
                            environment,
                            folder.resolve("worker.log").toFile())) {
                assertThat(answered(sampling, worker)).isEqualTo(REQUESTS);
                assertThat(worker.isAlive()).isTrue();
            }
        }
    }

    private static void askForAll(SamplingFixture sampling) throws InterruptedException {
        var serde = sampling.schemas.serde(SAMPLING_REQUESTS);
        Map<String, String> labels = Map.of("text", "x".repeat(8_000));
        String topic = sampling.kafka.name(SAMPLING_REQUESTS);
        try (var producer = sampling.kafka.producer(Map.of())) {
            for (int i = 0; i < REQUESTS; i++) {
                String id = new UUID(0x4000, 0x8000000000000000L | i).toString();
                var request = SamplingFixture.request().setRequestId(id).setLabels(labels).build();
                producer.send(new ProducerRecord<>(topic, id, serde.encode(request)));
            }
        }
    }

    /** How many different requests have an outcome, once every one has or the worker is dead. */
    private static int answered(SamplingFixture sampling, ChildProcess worker) {
        var answered = new BitSet(REQUESTS);
        try (var consumer = sampling.kafka.consumer(Map.of())) {
            consumer.assign(
                    consumer.partitionsFor(sampling.kafka.name(SAMPLING_OUTCOMES)).stream()
                            .map(p -> new TopicPartition(p.topic(), p.partition()))
                            .toList());
            consumer.seekToBeginning(consumer.assignment());
            while (worker.isAlive() && answered.cardinality() < REQUESTS) {
                consumer.poll(Duration.ofMillis(500))
                        .forEach(
                                record -> {
                                    UUID id = UUID.fromString(record.key());
                                    answered.set((int) id.getLeastSignificantBits());
                                });
            }
        }
        return answered.cardinality();
    }
}
