package io.langevin.messaging.queue;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;

/**
 * What a job carries with it that waits for something out of reach, behind the other jobs of its
 * queue.
 *
 * @param since when it began to wait
 * @param tried when it was last tried
 */
record Postponement(Instant since, Instant tried) {
    private static final String HEADER = "langevin_waits";
    private static final Pattern VALUE = Pattern.compile("([0-9]{1,15})/([0-9]{1,15})");
    private static final int LONGEST_VALUE = 31;
    private static final Duration TRIED_AGAIN_AFTER = Duration.ofSeconds(10);

    /**
     * Reads a job's; empty where it does not wait. The header comes from outside: a job whose time
     * is later than now began to wait now, and was never tried.
     */
    static Optional<Postponement> of(ConsumerRecord<?, ?> job) {
        Header header = job.headers().lastHeader(HEADER);
        if (header == null || header.value() == null || header.value().length > LONGEST_VALUE) {
            return Optional.empty();
        }
        Matcher value = VALUE.matcher(new String(header.value(), US_ASCII));
        return value.matches()
                ? Optional.of(
                        new Postponement(
                                past(value.group(1), Instant.now()),
                                past(value.group(2), Instant.EPOCH)))
                : Optional.empty();
    }

    private static Instant past(String millis, Instant otherwise) {
        Instant instant = Instant.ofEpochMilli(Long.parseLong(millis));
        return instant.isAfter(Instant.now()) ? otherwise : instant;
    }

    /** Marks a job. */
    void writeTo(ConsumerRecord<?, ?> job) {
        String value = "%d/%d".formatted(since.toEpochMilli(), tried.toEpochMilli());
        job.headers().remove(HEADER).add(HEADER, value.getBytes(US_ASCII));
    }

    boolean isTooEarly() {
        return Instant.now().isBefore(tried.plus(TRIED_AGAIN_AFTER));
    }
}
