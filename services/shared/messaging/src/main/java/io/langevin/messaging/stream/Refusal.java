package io.langevin.messaging.stream;

import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;

/** What comes of a record that cannot be read, beside its dead letter. */
@FunctionalInterface
public interface Refusal {
    /**
     * Records that tell its sender why, if it can be told who that is.
     *
     * @param reason field, rule and value
     */
    List<ProducerRecord<String, byte[]>> answer(
            ConsumerRecord<String, byte[]> record, String reason);
}
