package io.langevin.messaging;

import static io.langevin.messaging.Topics.CANCELLATIONS;
import static io.langevin.messaging.Topics.SAMPLING_REQUESTS;
import static org.assertj.core.api.Assertions.assertThat;

import io.langevin.messaging.follow.From;
import io.langevin.messaging.follow.TopicFollower;
import io.langevin.messaging.stream.Claim;
import io.langevin.messaging.stream.TransactionalStream;
import io.langevin.records.Cancellation;
import io.langevin.records.SampleRequest;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is away or cut holds up the records that need it, and no others. */
@Timeout(value = 15, unit = TimeUnit.MINUTES) // only against a hang
class HeldUpStreamIT {
    private static final Duration POLL = Duration.ofMillis(200);

    private KafkaConfig kafka;
    private Schemas schemas;

    @BeforeEach
    void start() throws InterruptedException {
        kafka = KafkaEnvironment.fresh();
        schemas = new Schemas(kafka);
    }

    @Test
    void a_registry_that_is_away_holds_up_the_records_that_need_it_and_no_others()
            throws Exception {
        int port = freePort();
        var throughProxy =
                new KafkaConfig(kafka.properties(), "http://127.0.0.1:" + port, kafka.prefix());
        TransactionalStream<SampleRequest> stream;
        try (var proxy = RegistryProxy.start(port, kafka.registry())) {
            stream = open(throughProxy, new Schemas(throughProxy));
            assertThat(proxy.passed()).isPositive();
        }
        // the registry has gone; whether this id is a schema nobody can tell now
        String name = kafka.name(SAMPLING_REQUESTS);
        byte[] unknown = ByteBuffer.allocate(8).put((byte) 0).putInt(0x7F000001).array();
        try (var producer = kafka.producer(Map.of())) {
            for (int partition = 0; partition < 12; partition++) {
                producer.send(new ProducerRecord<>(name, partition, "unknown", unknown)).get();
            }
        }
        List<String> asked = ask(20);
        try (stream) {
            List<String> served = new ArrayList<>();
            while (served.size() < asked.size()) {
                for (Claim<SampleRequest> claim : stream.poll(POLL, 100)) {
                    served.add(claim.record().getRequestId());
                    stream.complete(claim, List.of());
                }
            }
            assertThat(served).containsExactlyInAnyOrderElementsOf(asked);
            assertThat(deadLetters()).isZero();

            try (var proxy = RegistryProxy.start(port, kafka.registry())) {
                Awaitility.await()
                        .atMost(Duration.ofMinutes(2))
                        .until(
                                () -> {
                                    stream.poll(POLL, 100);
                                    return deadLetters() == 12;
                                });
                assertThat(proxy.passed()).isPositive();
            }
        }
    }

    @Test
    void a_follower_goes_on_beside_a_record_whose_registry_is_away() throws Exception {
        int port = freePort();
        var throughProxy =
                new KafkaConfig(kafka.properties(), "http://127.0.0.1:" + port, kafka.prefix());
        Set<String> seen = ConcurrentHashMap.newKeySet();
        TopicFollower<Cancellation> follower;
        try (var proxy = RegistryProxy.start(port, kafka.registry())) {
            follower =
                    TopicFollower.start(
                            throughProxy,
                            new Schemas(throughProxy),
                            CANCELLATIONS,
                            new From.Beginning(),
                            (record, source) -> {
                                if (record.getId().equals("throws")) {
                                    throw new IllegalStateException("a handler's defect");
                                }
                                seen.add(record.getId());
                            });
            follower.awaitCaughtUp();
            assertThat(proxy.passed()).isPositive();
        }
        byte[] unknown = ByteBuffer.allocate(8).put((byte) 0).putInt(0x7F000001).array();
        try (follower;
                var producer = kafka.producer(Map.of())) {
            String name = kafka.name(CANCELLATIONS);
            producer.send(new ProducerRecord<>(name, "unknown", unknown)).get();
            producer.send(new ProducerRecord<>(name, "throws", cancellation("throws"))).get();
            producer.send(new ProducerRecord<>(name, null, cancellation("keyless"))).get();
            producer.send(new ProducerRecord<>(name, "good", cancellation("good"))).get();

            follower.catchUp(Duration.ofMinutes(1));

            assertThat(seen).containsExactlyInAnyOrder("keyless", "good");
            assertThat(follower.ended()).isNotDone();
        }
    }

    private byte[] cancellation(String id) throws InterruptedException {
        return schemas.serde(CANCELLATIONS).encode(new Cancellation(id, "", Instant.EPOCH));
    }

    /** A damaged segment, a restored backup: the group has committed more than there is. */
    @Test
    void requests_below_the_committed_offset_of_a_log_that_was_cut_are_served() throws Exception {
        List<String> before = ask(5);
        try (var stream = open(kafka, schemas)) {
            serve(stream, before.size());
        }
        try (var admin = kafka.admin()) {
            for (int partition = 0; partition < 12; partition++) {
                admin.alterConsumerGroupOffsets(
                                kafka.group("test"),
                                Map.of(
                                        new TopicPartition(
                                                kafka.name(SAMPLING_REQUESTS), partition),
                                        new OffsetAndMetadata(1_000, "2,5-8")))
                        .all()
                        .get();
            }
        }
        List<String> after = ask(5);

        try (var stream = open(kafka, schemas)) {
            // those from before are there too: nobody can tell any more what was done
            assertThat(serve(stream, 10)).containsAll(after);
        }
    }

    @Test
    void metadata_of_somebody_elses_making_stops_nothing() throws Exception {
        try (var admin = kafka.admin()) {
            admin.alterConsumerGroupOffsets(
                            kafka.group("test"),
                            Map.of(
                                    new TopicPartition(kafka.name(SAMPLING_REQUESTS), 0),
                                    new OffsetAndMetadata(0, "reset by hand; -1,zzzzzzzzzzzzzzz")))
                    .all()
                    .get();
        }
        List<String> asked = ask(3);
        try (var stream = open(kafka, schemas)) {
            assertThat(serve(stream, 3)).containsExactlyInAnyOrderElementsOf(asked);
        }
    }

    private static List<String> serve(TransactionalStream<SampleRequest> stream, int count) {
        List<String> served = new ArrayList<>();
        while (served.size() < count) {
            for (Claim<SampleRequest> claim : stream.poll(POLL, 100)) {
                served.add(claim.record().getRequestId());
                stream.complete(claim, List.of());
            }
        }
        stream.flush();
        return served;
    }

    private long deadLetters() {
        try (var reader = new TopicReader(kafka, kafka.name(SAMPLING_REQUESTS) + ".dead")) {
            return reader.toEnd().size();
        }
    }

    private static TransactionalStream<SampleRequest> open(KafkaConfig kafka, Schemas schemas)
            throws InterruptedException {
        return TransactionalStream.open(
                kafka,
                schemas,
                SAMPLING_REQUESTS,
                "test",
                "one",
                new DeadLetters("test", blob -> ""),
                new SimpleMeterRegistry(),
                () -> {});
    }

    private List<String> ask(int count) throws InterruptedException {
        List<String> ids = new ArrayList<>();
        try (var writer = RecordWriter.open(kafka, schemas, SAMPLING_REQUESTS, "test")) {
            for (int i = 0; i < count; i++) {
                String id = UUID.randomUUID().toString();
                ids.add(id);
                writer.write(id, SampleRequest.newBuilder().setRequestId(id).setModel("m").build());
            }
        }
        return ids;
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
