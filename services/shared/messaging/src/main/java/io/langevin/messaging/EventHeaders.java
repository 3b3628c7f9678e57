package io.langevin.messaging;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import org.apache.avro.specific.SpecificRecord;
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
        Header trace = cause.lastHeader(TRACE_PARENT);
        if (trace == null) {
            put(headers, TRACE_PARENT, newTrace());
            return headers;
        }
        return headers.add(TRACE_PARENT, trace.value());
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
