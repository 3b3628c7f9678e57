package io.langevin.messaging.letters;

import static io.langevin.messaging.Topics.SAMPLING_REQUESTS;
import static io.langevin.messaging.Topics.SCHEDULE_JOBS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.langevin.messaging.DeadLetters;
import io.langevin.messaging.KafkaConfig;
import io.langevin.messaging.KafkaEnvironment;
import io.langevin.messaging.Schemas;
import io.langevin.messaging.Topic;
import io.langevin.messaging.TopicReader;
import io.langevin.messaging.rules.RejectedException;
import io.langevin.records.HandledLetter;
import io.langevin.records.LetterEnd;
import io.langevin.records.ScheduleJob;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Dead letters are found, looked into, sent again once, and discarded. */
@Timeout(value = 5, unit = TimeUnit.MINUTES) // only against a hang
class DeadLetterBoxIT {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Map<String, byte[]> blobs = new HashMap<>();
    private KafkaConfig kafka;
    private Schemas schemas;
    private DeadLetters dead;
    private Producer<String, byte[]> producer;

    @BeforeEach
    void start() throws InterruptedException {
        kafka = KafkaEnvironment.fresh();
        schemas = new Schemas(kafka);
        dead =
                new DeadLetters(
                        "test",
                        blob -> {
                            String name = UUID.randomUUID().toString();
                            blobs.put(name, blob);
                            return name;
                        });
        producer = kafka.producer(Map.of());
    }

    @AfterEach
    void stop() {
        producer.close();
    }

    private DeadLetterBox box() {
        return new DeadLetterBox(kafka, schemas, PATIENCE, blobs::get);
    }

    @Test
    void a_letter_is_sent_again_once_with_its_bytes_its_key_and_its_trace() throws Exception {
        byte[] value = {1, 2, 3};
        LetterId id = die(SCHEDULE_JOBS, "key", value, "value: must be a record");

        HandledLetter first = box().redrive(id);
        HandledLetter second = box().redrive(id);

        assertThat(first.getEnd()).isEqualTo(LetterEnd.REDRIVEN);
        assertThat(second).isEqualTo(first);
        List<ConsumerRecord<String, byte[]>> sent = committed(SCHEDULE_JOBS, 2);
        assertThat(sent).as("the first one, and that again").hasSize(2);
        ConsumerRecord<String, byte[]> again = sent.get(1);
        assertThat(again.key()).isEqualTo("key");
        assertThat(again.value()).isEqualTo(value);
        assertThat(again.headers())
                .extracting(header -> header.key())
                .containsExactly("traceparent", "x-own");
        DeadLetter letter = box().find(id);
        assertThat(letter.handled()).contains(first);
        assertThat(letter.reason()).isEqualTo("value: must be a record");
        assertThat(header(letter, "x-original-topic")).isEqualTo(kafka.name(SCHEDULE_JOBS));
        assertThatThrownBy(() -> box().discard(id, ""))
                .isInstanceOf(RejectedException.class)
                .hasMessageStartingWith("letter: must be one that nothing was done about");
    }

    /** Whoever comes later fences those who were first; whatever happens, it is sent once. */
    @Test
    void many_who_ask_at_once_send_it_once() throws Exception {
        LetterId id = die(SCHEDULE_JOBS, "key", new byte[] {1}, "reason");
        var threads = Executors.newFixedThreadPool(4);
        List<Future<HandledLetter>> asked = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            Callable<HandledLetter> redrive = () -> box().redrive(id);
            asked.add(threads.submit(redrive));
        }
        for (Future<HandledLetter> one : asked) {
            try {
                one.get();
            } catch (ExecutionException e) {
                assertThat(e.getCause())
                        .isInstanceOf(RejectedException.class)
                        .hasMessageContaining("somebody else handles letters just now");
            }
        }
        threads.shutdown();
        box().redrive(id);

        LetterId end = die(SCHEDULE_JOBS, "end", new byte[] {2}, "reason");
        assertThat(end.offset()).isEqualTo(1);
        assertThat(committed(SCHEDULE_JOBS, 3))
                .extracting(ConsumerRecord::key)
                .containsExactly("key", "key", "end");
    }

    @Test
    void letters_are_listed_newest_first_and_what_was_done_is_said() throws Exception {
        LetterId first = die(SCHEDULE_JOBS, "a", new byte[] {1}, "first");
        LetterId second = die(SAMPLING_REQUESTS, "b", new byte[] {2}, "second");
        LetterId third = die(SCHEDULE_JOBS, "c", new byte[3_000_000], "third");
        box().discard(first, "of no use");

        List<DeadLetter> all = box().newest(Optional.empty(), letter -> true, 10);

        assertThat(all).extracting(DeadLetter::id).containsExactly(third, second, first);
        assertThat(all).extracting(DeadLetter::reason).containsExactly("third", "second", "first");
        assertThat(all.get(0).record().value()).as("a list has no contents").isNull();
        assertThat(all.get(0).record().serializedValueSize()).isEqualTo(3_000_000);
        assertThat(all.get(2).handled().orElseThrow().getReason()).isEqualTo("of no use");
        assertThat(box().newest(Optional.of(SCHEDULE_JOBS), letter -> true, 1))
                .extracting(DeadLetter::id)
                .containsExactly(third);
        assertThat(box().newest(Optional.empty(), letter -> letter.handled().isEmpty(), 10))
                .extracting(DeadLetter::id)
                .containsExactly(third, second);
        assertThatThrownBy(() -> box().redrive(first))
                .isInstanceOf(RejectedException.class)
                .hasMessageContaining("DISCARDED");
    }

    @Test
    void a_sender_cannot_say_what_became_of_a_record() throws Exception {
        var headers = new RecordHeaders();
        headers.add(DeadLetters.ARTIFACT, "f".repeat(64).getBytes(StandardCharsets.UTF_8));
        headers.add(DeadLetters.REASON, new byte[1_000_000]);
        var record = new ConsumerRecord<>(kafka.name(SCHEDULE_JOBS), 0, 5, "key", new byte[] {7});
        headers.forEach(header -> record.headers().add(header));
        producer.send(dead.of(record, "the reason")).get();
        LetterId id = new LetterId(SCHEDULE_JOBS, 0, 0);

        DeadLetter letter = box().newest(Optional.empty(), any -> true, 10).get(0);
        assertThat(letter.artifact()).isEmpty();
        assertThat(letter.reason()).isEqualTo("the reason");
        box().redrive(id);
        assertThat(committed(SCHEDULE_JOBS, 1).get(0).value()).containsExactly(7);
    }

    @Test
    void a_record_that_is_too_large_for_its_topic_stays_where_it_is_and_says_so() throws Exception {
        byte[] large = new byte[Topic.LARGEST_RECORD + 1];
        large[0] = 7;
        var record = new ConsumerRecord<>(kafka.name(SCHEDULE_JOBS), 0, 5, "key", large);
        var letter = dead.of(record, "too large");
        producer.send(letter).get();
        assertThat(letter.value()).isNull();

        assertThatThrownBy(() -> box().redrive(new LetterId(SCHEDULE_JOBS, 0, 0)))
                .isInstanceOf(RejectedException.class)
                .hasMessageStartingWith("letter: must be no larger than its topic takes");
        assertThat(box().find(new LetterId(SCHEDULE_JOBS, 0, 0)).handled()).isEmpty();
    }

    @Test
    void names_that_no_letter_has_are_refused_with_the_rule() {
        for (String wrong :
                List.of("", "sampling.requests", "nothing/0/1", "../x/0/1", "schedule.jobs/0/-1")) {
            assertThatThrownBy(() -> LetterId.parse(wrong)).isInstanceOf(RejectedException.class);
        }
        assertThatThrownBy(() -> box().find(LetterId.parse("schedule.jobs/0/99")))
                .isInstanceOf(RejectedException.class)
                .hasMessage("letter: must be one that is there, not schedule.jobs/0/99");
        assertThat(LetterId.parse("schedule.jobs/0/99").toString()).isEqualTo("schedule.jobs/0/99");
    }

    @Test
    void a_record_is_shown_in_json_whatever_wrote_it() throws Exception {
        byte[] value =
                schemas.serde(SCHEDULE_JOBS)
                        .encode(
                                ScheduleJob.newBuilder()
                                        .setRunId("r")
                                        .setDataset("flowers")
                                        .setImageSize(8)
                                        .build());
        assertThat(schemas.text(value, 1_000).orElseThrow()).contains("\"dataset\": \"flowers\"");
        assertThat(schemas.text(new byte[] {1, 2, 3}, 1_000)).isEmpty();
        assertThat(schemas.text(java.util.Arrays.copyOf(value, 9), 1_000)).isEmpty();
    }

    /** Writes a record to its topic, and its dead letter. */
    private LetterId die(Topic<?> topic, String key, byte[] value, String reason) throws Exception {
        var headers = new RecordHeaders();
        headers.add("traceparent", "00-abc-def-01".getBytes(StandardCharsets.UTF_8));
        headers.add("x-own", new byte[] {1});
        var sent = new ProducerRecord<>(kafka.name(topic), null, key, value, headers);
        var at = producer.send(sent).get();
        var read = new ConsumerRecord<>(at.topic(), at.partition(), at.offset(), key, value);
        headers.forEach(header -> read.headers().add(header));
        long offset = producer.send(dead.of(read, reason)).get().offset();
        return new LetterId(topic, 0, offset);
    }

    private List<ConsumerRecord<String, byte[]>> committed(Topic<?> topic, int count)
            throws Exception {
        try (var reader = new TopicReader(kafka, kafka.name(topic))) {
            return List.copyOf(reader.until(records -> records.size() >= count));
        }
    }

    private static String header(DeadLetter letter, String name) {
        return new String(
                letter.record().headers().lastHeader(name).value(), StandardCharsets.UTF_8);
    }
}
