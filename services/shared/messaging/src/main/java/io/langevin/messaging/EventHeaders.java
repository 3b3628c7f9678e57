package io.langevin.messaging;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;

/**
 * Headers of every record: CloudEvents 1.0 in binary mode ({@code ce_*}) and a W3C {@code
 * traceparent}, carried from a request to whatever comes of it.
 *
 * @param source who writes, for example {@code /langevin/sampling}
 * @param clock for {@code ce_time}
 */
public record EventHeaders(String source, Clock clock) {
    public static final String TRACE_PARENT = "traceparent";
    public static final String TRACE_STATE = "tracestate";

    /** Short and printable: whether a trace has the form of its version is not for us to say. */
    private static final Pattern TRACE_FORM = Pattern.compile("[\\x21-\\x7e]{1,128}");

    private static final Pattern STATE_FORM = Pattern.compile("[\\x20-\\x7e]{1,512}");

    public static EventHeaders ofService(String name) {
        return new EventHeaders("/langevin/" + name, Clock.systemUTC());
    }

    /**
     * Headers of a new event that comes of {@code cause}, or begins a trace where there is none.
     */
    public Headers of(SpecificRecord record, Headers cause) {
        RecordHeaders headers = new RecordHeaders();
        put(headers, "ce_specversion", "1.0");
        put(headers, "ce_id", UUID.randomUUID().toString());
        put(headers, "ce_type", record.getSchema().getFullName());
        put(headers, "ce_source", source);
        put(headers, "ce_time", Instant.now(clock).toString());
        put(headers, "content-type", "application/avro");
        Headers trace = trace(cause);
        if (trace.lastHeader(TRACE_PARENT) == null) {
            put(trace, TRACE_PARENT, newTrace());
        }
        trace.forEach(headers::add);
        return headers;
    }

    /**
     * The trace that a record belongs to, and nothing else of its headers: {@code traceparent}, and
     * {@code tracestate}, where they are short and printable. Empty where there is none.
     */
    public static Headers trace(Headers headers) {
        RecordHeaders trace = new RecordHeaders();
        Header parent = headers.lastHeader(TRACE_PARENT);
        if (parent == null || !TRACE_FORM.matcher(text(parent)).matches()) {
            return trace;
        }
        trace.add(parent);
        Header state = headers.lastHeader(TRACE_STATE);
        if (state != null && STATE_FORM.matcher(text(state)).matches()) {
            trace.add(state);
        }
        return trace;
    }

    /**
     * Gives a record without a trace one of its own, the same whenever and wherever it is read: all
     * that comes of it belongs together.
     */
    public static void begin(ConsumerRecord<?, ?> record) {
        if (trace(record.headers()).lastHeader(TRACE_PARENT) == null) {
            record.headers().remove(TRACE_PARENT).remove(TRACE_STATE);
            put(
                    record.headers(),
                    TRACE_PARENT,
                    traceOf(record.topic(), record.partition(), record.offset()));
        }
    }

    private static String traceOf(String topic, int partition, long offset) {
        String place = "%s-%d@%d".formatted(topic, partition, offset);
        UUID trace = UUID.nameUUIDFromBytes(place.getBytes(StandardCharsets.UTF_8));
        return "00-%016x%016x-%016x-01"
                .formatted(
                        trace.getMostSignificantBits(),
                        trace.getLeastSignificantBits(),
                        trace.getMostSignificantBits() ^ trace.getLeastSignificantBits() | 1);
    }

    private static String text(Header header) {
        return header.value() == null ? "" : new String(header.value(), StandardCharsets.UTF_8);
    }

    public Headers of(SpecificRecord record) {
        return of(record, new RecordHeaders());
    }

    private static String newTrace() {
        var random = ThreadLocalRandom.current();
        return "00-%016x%016x-%016x-01"
                .formatted(random.nextLong(), random.nextLong(), random.nextLong() | 1);
    }

    static void put(Headers headers, String key, String value) {
        headers.add(key, value.getBytes(StandardCharsets.UTF_8));
    }
}
