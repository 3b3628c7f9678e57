package io.langevin.messaging.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.langevin.records.ScheduleResult;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class JobOutputTest {
    private static final Duration LOCK = Duration.ofMillis(30);

    /** A broker that answers when it is told to. */
    private final MockProducer<String, byte[]> producer =
            new MockProducer<>(false, null, new StringSerializer(), new ByteArraySerializer());

    private final JobOutput<ScheduleResult> output =
            new JobOutput<>("broker", "results", null, "test", producer);

    @Test
    void job_stays_held_while_a_slow_broker_takes_what_is_written() throws Exception {
        var lease =
                new JobLease(
                        (held, patience) -> {
                            if (held.offset() == 2) { // the third renewal
                                producer.completeNext();
                            }
                            return at(held.offset() + 1);
                        },
                        at(0),
                        LOCK);

        output.putBack(at(0), lease);

        assertThat(lease.held().offset()).isEqualTo(3);
        assertThat(producer.history()).singleElement().extracting(r -> r.key()).isEqualTo("id");
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

        assertThatThrownBy(() -> output.putBack(at(0), lease))
                .isInstanceOf(KafkaException.class)
                .hasMessage("somebody else has it");
    }

    @Test
    void failure_of_the_write_is_told() {
        var lease =
                new JobLease(
                        (held, patience) -> {
                            producer.errorNext(new KafkaException("full"));
                            return held;
                        },
                        at(0),
                        LOCK);

        assertThatThrownBy(() -> output.putBack(at(0), lease))
                .isInstanceOf(KafkaException.class)
                .hasMessage("not written: full");
    }

    private static ConsumerRecord<String, byte[]> at(long offset) {
        return new ConsumerRecord<>("jobs", 0, offset, "id", new byte[0]);
    }
}
