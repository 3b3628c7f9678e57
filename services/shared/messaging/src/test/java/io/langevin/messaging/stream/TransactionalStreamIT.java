package io.langevin.messaging.stream;

import static io.langevin.messaging.Topics.CANCELLATIONS;
import static io.langevin.messaging.Topics.SAMPLING_REQUESTS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.langevin.messaging.DeadLetters;
import io.langevin.messaging.KafkaConfig;
import io.langevin.messaging.KafkaEnvironment;
import io.langevin.messaging.RecordWriter;
import io.langevin.messaging.Schemas;
import io.langevin.messaging.TopicReader;
import io.langevin.records.SampleRequest;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 15, unit = TimeUnit.MINUTES) // only against a hang
class TransactionalStreamIT {
    private static final Duration POLL = Duration.ofMillis(200);

    private KafkaConfig kafka;
    private Schemas schemas;
    private String answers;

    @BeforeEach
    void start() throws InterruptedException {
        kafka = KafkaEnvironment.fresh();
        schemas = new Schemas(kafka);
        answers = kafka.name(CANCELLATIONS); // any topic will do
    }

    @Test
    void every_record_is_answered_once_whatever_is_left_undone_at_each_restart() throws Exception {
        long seed = System.nanoTime();
        var random = new Random(seed);
        List<String> asked = ask(60);
        int answered = 0;
        for (int round = 0; answered < asked.size(); round++) {
            assertThat(round).as("rounds, seed %d", seed).isLessThan(200);
            try (var stream = open("one")) {
                List<Claim<SampleRequest>> claims = new ArrayList<>();
                while (claims.isEmpty()) {
                    claims.addAll(stream.poll(POLL, 20));
                }
                Collections.shuffle(claims, random); // finish out of order, and only some
                int finished = 1 + random.nextInt(claims.size());
                for (Claim<SampleRequest> claim : claims.subList(0, finished)) {
                    stream.complete(claim, answer(claim));
                }
                stream.flush();
                answered += finished;
            }
        }
        assertAnsweredOnce(asked, "seed " + seed);
    }

    @Test
    void what_moves_to_another_process_is_lost_here_and_answered_there() throws Exception {
        List<String> asked = ask(40);
        try (var first = open("first")) {
            List<Claim<SampleRequest>> held = new ArrayList<>();
            while (held.size() < asked.size()) {
                held.addAll(first.poll(POLL, 100));
            }
            try (var second = open("second")) {
                List<Claim<SampleRequest>> moved = new ArrayList<>();
                while (moved.isEmpty() || held.stream().noneMatch(Claim::isLost)) {
                    first.poll(POLL, 0);
                    moved.addAll(second.poll(POLL, 100));
                }
                assertThat(held.stream().filter(claim -> !claim.isLost()).count()).isPositive();
                held.forEach(claim -> first.complete(claim, answer(claim))); // lost ones are not
                first.flush();
                long kept = held.stream().filter(claim -> !claim.isLost()).count();
                while (moved.size() < asked.size() - kept) {
                    first.poll(POLL, 0);
                    moved.addAll(second.poll(POLL, 100));
                }
                moved.forEach(claim -> second.complete(claim, answer(claim)));
                second.flush();
            }
        }
        assertAnsweredOnce(asked, "two processes");
    }

    /** A process that was thought dead comes back: its successor has answered in the meantime. */
    @Test
    void a_fenced_zombie_cannot_publish() throws Exception {
        List<String> asked = ask(6);
        try (var zombie = open("one")) {
            List<Claim<SampleRequest>> held = new ArrayList<>();
            while (held.size() < asked.size()) {
                held.addAll(zombie.poll(POLL, 100));
            }
            try (var successor = open("one")) {
                List<Claim<SampleRequest>> taken = new ArrayList<>();
                while (taken.size() < asked.size()) {
                    taken.addAll(successor.poll(POLL, 100));
                }
                assertThat(held).noneMatch(Claim::isLost); // it does not know yet
                held.forEach(claim -> zombie.complete(claim, answer(claim)));
                zombie.flush();
                taken.forEach(claim -> successor.complete(claim, answer(claim)));
                successor.flush();
            }
            assertThatThrownBy(() -> zombie.poll(POLL, 1)).isInstanceOf(KafkaException.class);
        }
        assertAnsweredOnce(asked, "zombie");
    }

    @Test
    void outputs_of_a_record_that_is_not_done_commit_before_it_and_it_comes_back()
            throws Exception {
        String id = ask(1).get(0);
        try (var first = open("one")) {
            List<Claim<SampleRequest>> claims = new ArrayList<>();
            while (claims.isEmpty()) {
                claims.addAll(first.poll(POLL, 1));
            }
            first.publish(claims.get(0), answer(claims.get(0)));
            first.flush();
        }
        try (var reader = new TopicReader(kafka, answers)) {
            assertThat(reader.toEnd()).hasSize(2);
        }
        try (var second = open("one")) {
            List<Claim<SampleRequest>> claims = new ArrayList<>();
            while (claims.isEmpty()) {
                claims.addAll(second.poll(POLL, 1));
            }
            assertThat(claims.get(0).record().getRequestId()).isEqualTo(id);
        }
    }

    @Test
    void a_poll_without_room_takes_its_time_though_records_wait_in_the_process() throws Exception {
        try (var writer = RecordWriter.open(kafka, schemas, SAMPLING_REQUESTS, "test")) {
            for (int i = 0; i < 3; i++) { // one key, one partition, one fetch
                writer.write(
                        "key",
                        SampleRequest.newBuilder().setRequestId("id" + i).setModel("m").build());
            }
        }
        try (var stream = open("one")) {
            List<Claim<SampleRequest>> claims = new ArrayList<>();
            while (claims.isEmpty()) {
                claims.addAll(stream.poll(POLL, 1));
            }
            long begin = System.nanoTime();
            assertThat(stream.poll(POLL, 0)).isEmpty();
            assertThat(System.nanoTime() - begin).isGreaterThan(POLL.toNanos() / 2);
            assertThat(stream.poll(Duration.ZERO, 2)).hasSize(2);
        }
    }

    @Test
    void what_cannot_be_decoded_is_a_dead_letter_with_the_reason_and_the_next_record_is_served()
            throws Exception {
        try (var producer = kafka.producer(Map.of())) {
            producer.send(
                            new ProducerRecord<>(
                                    kafka.name(SAMPLING_REQUESTS), 0, "k", new byte[] {9}))
                    .get();
        }
        List<String> asked = ask(1);
        try (var stream = open("one")) {
            List<Claim<SampleRequest>> claims = new ArrayList<>();
            while (claims.isEmpty()) {
                claims.addAll(stream.poll(POLL, 10));
            }
            claims.forEach(claim -> stream.complete(claim, answer(claim)));
            stream.flush();
        }
        assertAnsweredOnce(asked, "beside a dead letter");
        try (var reader = new TopicReader(kafka, kafka.name(SAMPLING_REQUESTS) + ".dead")) {
            ConsumerRecord<String, byte[]> dead = reader.untilCount(1).get(0);
            assertThat(dead.key()).isEqualTo("k");
            assertThat(dead.value()).containsExactly(9);
            assertThat(header(dead, DeadLetters.REASON)).contains("must start with a zero byte");
            assertThat(header(dead, DeadLetters.READER)).isEqualTo("test");
            assertThat(header(dead, DeadLetters.OFFSET)).isEqualTo("0");
        }
    }

    @Test
    void markers_of_the_senders_own_transactions_are_no_obstacle() throws Exception {
        String name = kafka.name(SAMPLING_REQUESTS);
        List<String> asked = new ArrayList<>();
        try (var producer =
                kafka.producer(Map.of("transactional.id", "sender-" + kafka.prefix()))) {
            producer.initTransactions();
            for (int i = 0; i < 20; i++) {
                String id = UUID.randomUUID().toString();
                producer.beginTransaction();
                producer.send(new ProducerRecord<>(name, 0, id, request(id)));
                if (i % 3 == 2) {
                    producer.abortTransaction();
                    continue;
                }
                producer.commitTransaction();
                asked.add(id);
            }
        }
        try (var stream = open("one")) {
            int done = 0;
            while (done < asked.size()) {
                for (Claim<SampleRequest> claim : stream.poll(POLL, 100)) {
                    stream.complete(claim, answer(claim));
                    done++;
                }
            }
            stream.flush();
        }
        assertAnsweredOnce(asked, "transactional sender");
        try (var admin = kafka.admin()) {
            OffsetAndMetadata committed =
                    admin.listConsumerGroupOffsets(kafka.group("test"))
                            .partitionsToOffsetAndMetadata()
                            .get()
                            .get(new TopicPartition(name, 0));
            assertThat(committed.metadata()).as("ranges beyond the offset").isEmpty();
            assertThat(committed.offset()).isGreaterThanOrEqualTo(2L * asked.size() - 1);
        }
    }

    private byte[] request(String id) throws InterruptedException {
        return schemas.serde(SAMPLING_REQUESTS)
                .encode(SampleRequest.newBuilder().setRequestId(id).setModel("m").build());
    }

    private TransactionalStream<SampleRequest> open(String instance) throws InterruptedException {
        return TransactionalStream.open(
                kafka,
                schemas,
                SAMPLING_REQUESTS,
                "test",
                instance,
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

    /** Two outputs a record, to see them together or not at all. */
    private List<ProducerRecord<String, byte[]>> answer(Claim<SampleRequest> claim) {
        String id = claim.record().getRequestId();
        return List.of(
                new ProducerRecord<>(answers, id, new byte[] {1}),
                new ProducerRecord<>(answers, id, new byte[] {2}));
    }

    private void assertAnsweredOnce(List<String> asked, String circumstances) {
        try (var reader = new TopicReader(kafka, answers)) {
            Map<String, Integer> sums = new HashMap<>();
            reader.untilCount(2 * asked.size());
            reader.toEnd()
                    .forEach(
                            record ->
                                    sums.merge(
                                            record.key(), (int) record.value()[0], Integer::sum));
            assertThat(sums.keySet()).as(circumstances).containsExactlyInAnyOrderElementsOf(asked);
            assertThat(sums.values()).as(circumstances).containsOnly(3);
        }
    }

    private static String header(ConsumerRecord<?, ?> record, String name) {
        return new String(record.headers().lastHeader(name).value(), StandardCharsets.UTF_8);
    }
}
