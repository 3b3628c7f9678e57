package io.langevin.sampling;

import static io.langevin.sampling.SamplingFixture.request;
import static org.assertj.core.api.Assertions.assertThat;

import io.langevin.embedded.EmbeddedKafka;
import io.langevin.messaging.KafkaConfig;
import io.langevin.messaging.Schemas;
import io.langevin.messaging.Topics;
import io.langevin.records.SampleRequest;
import io.langevin.records.SampleStatus;
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
        KafkaConfig kafka = KafkaConfig.of(bootstrap, "mock://" + UUID.randomUUID());
        try (Admin admin = kafka.admin()) {
            Topics.create(admin, kafka.prefix(), (short) 1);
        }
        new Schemas(kafka).registerAll();
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

    private static void assertServed(SamplingFixture sampling) throws InterruptedException {
        SampleRequest request = request().setCount(2).build();
        sampling.ask(request);
        assertThat(sampling.outcome(request.getRequestId()).getStatus())
                .isEqualTo(SampleStatus.COMPLETED);
    }
}
