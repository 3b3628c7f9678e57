package io.langevin.sampling;

import static io.langevin.sampling.SamplingFixture.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.langevin.embedded.EmbeddedKafka;
import io.langevin.messaging.KafkaConfig;
import io.langevin.messaging.Schemas;
import io.langevin.messaging.Topics;
import io.langevin.records.SampleRequest;
import io.langevin.records.SampleStatus;
import io.langevin.score.Checkpoint;
import java.nio.file.Path;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 15, unit = TimeUnit.MINUTES) // only against a hang
class BrokerAwayIT {
    @TempDir Path folder;

    @Test
    void a_broker_that_goes_and_comes_back_is_waited_for() throws Exception {
        EmbeddedKafka broker = EmbeddedKafka.start(folder.resolve("kafka"), 0);
        String bootstrap = broker.bootstrap();
        int port = Integer.parseInt(bootstrap.substring(bootstrap.indexOf(':') + 1));
        KafkaConfig kafka = prepared(KafkaConfig.of(bootstrap, "mock://" + UUID.randomUUID()));
        try (var sampling = new SamplingFixture(kafka, folder.resolve("artifacts"))) {
            sampling.publish("m", SamplingFixture.checkpoint(1, 3));
            sampling.startService();
            assertServed(sampling);

            broker.close();
            broker = EmbeddedKafka.start(folder.resolve("kafka"), port);

            assertServed(sampling);
            assertThat(sampling.isAlive()).isTrue();
        } finally {
            broker.close();
        }
    }

    @Test
    void previews_are_dropped_and_sampling_goes_on_while_the_broker_does_not_answer()
            throws Exception {
        Checkpoint checkpoint = SamplingFixture.checkpoint(1, 20);
        FakeNetwork network = FakeNetwork.held(checkpoint);
        int port = ChildProcess.freePort();
        try (var broker =
                ChildProcess.broker(
                        folder.resolve("kafka"), port, folder.resolve("broker.log").toFile())) {
            KafkaConfig kafka = KafkaConfig.of("127.0.0.1:" + port, "mock://" + UUID.randomUUID());
            try (var sampling = new SamplingFixture(prepared(kafka), folder.resolve("artifacts"))) {
                sampling.publish("m", checkpoint);
                sampling.start(sampling.config("one"), (model, precision) -> network);
                SampleRequest request = request().setCount(4).setPreviewEvery(1).build();
                sampling.ask(request);
                try {
                    network.allow(1);
                    await().until(() -> previews(sampling, "sent") == 4);

                    broker.suspend();
                    network.allow(10);

                    await().until(() -> network.calls() == 11 && network.isCalled());
                    await().until(() -> previews(sampling, "dropped") == 40);
                } finally {
                    broker.resume();
                    network.allow(1 << 20);
                }
                assertThat(sampling.images(request.getRequestId())).hasSize(4);
            }
        }
    }

    private static double previews(SamplingFixture sampling, String result) {
        return sampling.metrics.counter("langevin.sampling.previews", "result", result).count();
    }

    private static KafkaConfig prepared(KafkaConfig kafka) throws InterruptedException {
        try (Admin admin = kafka.admin()) {
            Topics.create(admin, kafka.prefix(), (short) 1);
        }
        new Schemas(kafka).registerAll();
        return kafka;
    }

    private static void assertServed(SamplingFixture sampling) throws InterruptedException {
        SampleRequest request = request().setCount(2).build();
        sampling.ask(request);
        assertThat(sampling.outcome(request.getRequestId()).getStatus())
                .isEqualTo(SampleStatus.COMPLETED);
    }
}
