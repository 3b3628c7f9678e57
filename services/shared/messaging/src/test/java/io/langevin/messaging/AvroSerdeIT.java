package io.langevin.messaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.langevin.process.ConfigurationException;
import io.langevin.records.Cancellation;
import java.io.IOException;
import java.net.ServerSocket;
import java.time.Instant;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class AvroSerdeIT {
    private static KafkaConfig kafka;
    private static Schemas schemas;

    @BeforeAll
    static void start() throws InterruptedException {
        kafka = KafkaEnvironment.fresh();
        schemas = new Schemas(kafka);
    }

    @Test
    void a_record_comes_back_as_it_was_in_confluents_wire_format() throws Exception {
        AvroSerde<Cancellation> serde = schemas.serde(Topics.CANCELLATIONS);

        byte[] bytes = serde.encode(cancellation());

        assertThat(bytes[0]).isZero();
        assertThat(new Schemas(kafka).serde(Topics.CANCELLATIONS).decode(bytes))
                .isEqualTo(cancellation());
    }

    @Test
    void what_is_no_record_of_the_topic_says_why() throws Exception {
        AvroSerde<Cancellation> serde = schemas.serde(Topics.CANCELLATIONS);
        byte[] good = serde.encode(cancellation());
        byte[] unknown = good.clone();
        unknown[1] = 0x7F;
        byte[] truncated = Arrays.copyOf(good, good.length - 3);
        byte[] longer = Arrays.copyOf(good, good.length + 1);

        assertUnreadable(serde, new byte[] {1, 2, 3}, "must start with a zero byte");
        assertUnreadable(serde, null, "must not be empty");
        assertUnreadable(serde, unknown, "is not in the registry");
        assertUnreadable(serde, truncated, "not a Cancellation");
        assertUnreadable(serde, longer, "left over");
        assertThatThrownBy(() -> schemas.serde(Topics.SAMPLING_REQUESTS).decode(good))
                .isInstanceOf(UnreadableRecordException.class)
                .hasMessageContaining("must be a io.langevin.records.SampleRequest")
                .hasMessageContaining("not a io.langevin.records.Cancellation");
    }

    @Test
    void a_missing_subject_stops_the_start_with_the_command_that_registers_it() {
        var elsewhere = new KafkaConfig(kafka.properties(), kafka.registry(), "nowhere.");

        assertThatThrownBy(() -> new Schemas(elsewhere).serde(Topics.JOB_STATES))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("./langevin topics create");
    }

    @Test
    void a_missing_topic_stops_the_start_with_the_command_that_creates_it() {
        var elsewhere = new KafkaConfig(kafka.properties(), kafka.registry(), "nowhere.");

        assertThatThrownBy(() -> Broker.await(elsewhere))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("nowhere.sampling.requests")
                .hasMessageContaining("./langevin topics create");
    }

    @Test
    void a_registry_that_is_away_is_waited_for() throws Exception {
        int port = freePort();
        var late = new KafkaConfig(kafka.properties(), "http://127.0.0.1:" + port, kafka.prefix());
        var serde = new CompletableFuture<AvroSerde<Cancellation>>();
        Thread asking =
                new Thread(
                        () -> {
                            try {
                                serde.complete(new Schemas(late).serde(Topics.CANCELLATIONS));
                            } catch (InterruptedException | RuntimeException e) {
                                serde.completeExceptionally(e);
                            }
                        });
        asking.start();

        try (var proxy = RegistryProxy.start(port, kafka.registry())) {
            byte[] bytes = schemas.serde(Topics.CANCELLATIONS).encode(cancellation());
            assertThat(serde.get(60, TimeUnit.SECONDS).decode(bytes)).isEqualTo(cancellation());
            assertThat(proxy.passed()).isPositive();
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private static void assertUnreadable(AvroSerde<?> serde, byte[] bytes, String why) {
        assertThatThrownBy(() -> serde.decode(bytes))
                .isInstanceOf(UnreadableRecordException.class)
                .hasMessageStartingWith("value: ")
                .hasMessageContaining(why);
    }

    private static Cancellation cancellation() {
        return Cancellation.newBuilder()
                .setId("a")
                .setReason("b")
                .setRequestedAt(Instant.ofEpochMilli(1_700_000_000_000L))
                .build();
    }
}
