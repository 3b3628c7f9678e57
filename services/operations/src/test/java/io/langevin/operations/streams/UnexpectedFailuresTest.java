package io.langevin.operations.streams;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.errors.ErrorHandlerContext;
import org.apache.kafka.streams.errors.ProcessingExceptionHandler.Result;
import org.apache.kafka.streams.processor.TaskId;
import org.apache.kafka.streams.processor.api.Record;
import org.junit.jupiter.api.Test;

class UnexpectedFailuresTest {
    private static final byte[] VALUE = {1, 2, 3};

    @Test
    void a_record_that_no_operator_takes_is_a_dead_letter_of_its_own_topic() {
        var response = handled("langevin.training.results", VALUE);

        assertThat(response.result()).isEqualTo(Result.RESUME);
        assertThat(response.deadLetterQueueRecords())
                .singleElement()
                .satisfies(
                        letter -> {
                            assertThat(letter.topic()).isEqualTo("langevin.training.results.dead");
                            assertThat(letter.value()).isEqualTo(VALUE);
                        });
    }

    /** Others own their dead letters, or they belong to Kafka Streams. */
    @Test
    void what_is_overheard_or_internal_is_passed_over() {
        for (String topic :
                new String[] {
                    "langevin.sampling.requests",
                    "langevin.training.progress",
                    "langevin.operations-run-events-repartition",
                    "langevin.operations-retraining-runs-changelog"
                }) {
            var response = handled(topic, VALUE);
            assertThat(response.result()).isEqualTo(Result.RESUME);
            assertThat(response.deadLetterQueueRecords()).as(topic).isEmpty();
        }
    }

    /** As of a record that waited in a store and was taken up again by the clock. */
    @Test
    void a_record_without_a_source_stops_nothing() {
        assertThat(handled(null, VALUE).result()).isEqualTo(Result.RESUME);
        assertThat(handled("langevin.training.results", null).result()).isEqualTo(Result.RESUME);
    }

    private static org.apache.kafka.streams.errors.ProcessingExceptionHandler.Response handled(
            String topic, byte[] value) {
        return new UnexpectedFailures()
                .handleError(
                        new Context(topic, value),
                        new Record<>("key", "value", 0),
                        new IllegalStateException("a fault of this program"));
    }

    private record Context(String topic, byte[] sourceRawValue) implements ErrorHandlerContext {
        @Override
        public int partition() {
            return 0;
        }

        @Override
        public long offset() {
            return 7;
        }

        @Override
        public Headers headers() {
            return new RecordHeaders();
        }

        @Override
        public String processorNodeId() {
            return "node";
        }

        @Override
        public TaskId taskId() {
            return new TaskId(0, 0);
        }

        @Override
        public long timestamp() {
            return 0;
        }

        @Override
        public byte[] sourceRawKey() {
            return null;
        }
    }
}
