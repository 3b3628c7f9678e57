package io.langevin.local;

import static io.langevin.messaging.Topics.MODEL_CHECKPOINTS;
import static io.langevin.messaging.Topics.SAMPLING_PREVIEWS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.langevin.client.PlatformClient;
import io.langevin.client.Sampling;
import io.langevin.records.SampleRequest;
import io.langevin.records.Sampler;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A part that ends is started again, or ends the process with one sentence. */
@Timeout(value = 15, unit = TimeUnit.MINUTES) // only against a hang
class LostPartsIT {
    private static final Duration PATIENCE = Duration.ofMinutes(4);

    @TempDir Path folder;

    @Test
    void a_registry_that_is_killed_comes_back_and_the_next_command_is_served() throws Exception {
        try (LocalPlatform here =
                LocalPlatform.start(new LocalConfig(folder, Path.of("../.."), 0, 0, 0))) {
            ProcessHandle registry = registry();
            registry.destroyForcibly();
            await().atMost(PATIENCE).until(() -> !registry.isAlive() && registry() != null);

            try (PlatformClient platform = PlatformClient.at(here.kafka())) {
                SampleRequest request =
                        SampleRequest.newBuilder()
                                .setRequestId(UUID.randomUUID().toString())
                                .setModel("fashion")
                                .setSampler(Sampler.newBuilder().setNetworkEvaluations(4).build())
                                .build();
                assertThat(Sampling.ask(platform, request, 240, count -> {}).images()).hasSize(1);
            }
            assertThat(here.failure()).isNotDone();
        }
    }

    @Test
    void a_registry_that_hangs_is_replaced() throws Exception {
        try (LocalPlatform here =
                LocalPlatform.start(new LocalConfig(folder, Path.of("../.."), 0, 0, 0))) {
            ProcessHandle registry = registry();
            new ProcessBuilder("kill", "-STOP", "" + registry.pid()).start().waitFor();

            await().atMost(PATIENCE).until(() -> !registry.isAlive() && registry() != null);
            try (PlatformClient platform = PlatformClient.at(here.kafka())) {
                assertThat(platform.latest(MODEL_CHECKPOINTS)).containsKey("fashion");
            }
            assertThat(here.failure()).isNotDone();
        }
    }

    private static ProcessHandle registry() {
        return ProcessHandle.current()
                .children()
                .filter(child -> child.info().commandLine().orElse("").contains("RegistryMain"))
                .findFirst()
                .orElse(null);
    }

    /** A limit on the size of files is a full disk, as far as the broker can tell. */
    @Test
    void a_full_disk_ends_the_process_with_a_sentence() throws Exception {
        try (UpProcess up = new UpProcess(folder)) {
            up.startWithFilesOfAtMost(40 << 20);
            byte[] large = new byte[1 << 20];
            new Random(1).nextBytes(large);
            try (var producer =
                    up.kafka()
                            .producer(
                                    Map.of(
                                            "max.block.ms", 5_000,
                                            "request.timeout.ms", 2_000,
                                            "delivery.timeout.ms", 5_000,
                                            "linger.ms", 0))) {
                for (int i = 0; i < 60 && up.isAlive(); i++) {
                    producer.send(
                            new ProducerRecord<>(
                                    up.kafka().name(SAMPLING_PREVIEWS), 0, "k", large));
                }
            }

            assertThat(up.awaitEnd()).isEqualTo(1);
            assertThat(up.said()).contains("the broker ended");
        }
    }
}
