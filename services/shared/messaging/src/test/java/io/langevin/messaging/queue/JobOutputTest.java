package io.langevin.messaging.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class JobOutputTest {
    private static final Duration LOCK = Duration.ofMillis(30);

    @Test
    void job_stays_held_while_a_slow_broker_takes_what_is_written() throws Exception {
        var written = new CompletableFuture<String>();
        var lease =
                new JobLease(
                        (held, patience) -> {
                            if (held.offset() == 2) { // the third renewal
                                written.complete("");
                            }
                            return at(held.offset() + 1);
                        },
                        at(0),
                        LOCK);

        JobOutput.awaitSafe(written, lease);

        assertThat(lease.held().offset()).isEqualTo(3);
    }

    @Test
    void worker_that_loses_the_job_meanwhile_does_not_go_on_with_it() {
        var lease =
                new JobLease(
                        (held, patience) -> {
                            throw new KafkaException("somebody else has it");
                        },
                        at(0),
                        LOCK);

        assertThatThrownBy(() -> JobOutput.awaitSafe(new CompletableFuture<String>(), lease))
                .isInstanceOf(KafkaException.class)
                .hasMessage("somebody else has it");
    }

    @Test
    void failure_of_the_write_is_told() {
        var lease = new JobLease((held, patience) -> held, at(0), LOCK);

        assertThatThrownBy(
                        () ->
                                JobOutput.awaitSafe(
                                        CompletableFuture.failedFuture(new KafkaException("full")),
                                        lease))
                .isInstanceOf(ExecutionException.class)
                .hasRootCauseMessage("full");
    }

    private static ConsumerRecord<String, byte[]> at(long offset) {
        return new ConsumerRecord<>("jobs", 0, offset, "id", new byte[0]);
    }
}
