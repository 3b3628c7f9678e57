package io.langevin.messaging.queue;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

class PostponementTest {
    private static final String HEADER = "langevin_waits";

    @Test
    void a_job_that_was_tried_just_now_is_not_tried_again_yet() {
        Instant since = Instant.now().minus(Duration.ofMinutes(3)).truncatedTo(ChronoUnit.MILLIS);
        var job = job();
        new Postponement(since, Instant.now()).writeTo(job);

        Postponement read = Postponement.of(job).orElseThrow();

        assertThat(read.since()).isEqualTo(since);
        assertThat(read.isTooEarly()).isTrue();
    }

    /** The header comes from outside, or from a machine whose clock is ahead. */
    @Test
    void a_time_that_is_yet_to_come_keeps_no_job_from_being_tried() {
        var job = job();
        job.headers().add(HEADER, "999999999999999/999999999999999".getBytes(US_ASCII));

        Postponement read = Postponement.of(job).orElseThrow();

        assertThat(read.isTooEarly()).isFalse();
        assertThat(read.since()).isBeforeOrEqualTo(Instant.now());
    }

    @Test
    void what_is_no_time_is_no_postponement() {
        for (String value : new String[] {"", "1", "a/b", "-1/1", "1/1/1", "9".repeat(40) + "/1"}) {
            var job = job();
            job.headers().add(HEADER, value.getBytes(US_ASCII));
            assertThat(Postponement.of(job)).as(value).isEqualTo(Optional.empty());
        }
        var empty = job();
        empty.headers().add(HEADER, null);
        assertThat(Postponement.of(empty)).isEmpty();
    }

    private static ConsumerRecord<String, byte[]> job() {
        return new ConsumerRecord<>("jobs", 0, 0, "key", new byte[0]);
    }
}
