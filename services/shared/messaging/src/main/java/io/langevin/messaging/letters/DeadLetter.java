package io.langevin.messaging.letters;

import io.langevin.messaging.DeadLetters;
import io.langevin.records.HandledLetter;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;

/**
 * A record that no reader could use.
 *
 * @param record as it lies on the topic of dead letters
 * @param handled what somebody has done about it; empty: nothing yet
 */
public record DeadLetter(
        LetterId id, ConsumerRecord<String, byte[]> record, Optional<HandledLetter> handled) {

    /** Why it is dead. */
    public String reason() {
        return header(DeadLetters.REASON).orElse("");
    }

    /** Who gave it up. */
    public String reader() {
        return header(DeadLetters.READER).orElse("");
    }

    /** When it was given up. */
    public Instant since() {
        return Instant.ofEpochMilli(record.timestamp());
    }

    /** The blob that has the whole record; empty where the letter has it. */
    public Optional<String> artifact() {
        return header(DeadLetters.ARTIFACT);
    }

    private Optional<String> header(String name) {
        Header header = record.headers().lastHeader(name);
        return header == null || header.value() == null
                ? Optional.empty()
                : Optional.of(new String(header.value(), StandardCharsets.UTF_8));
    }
}
