package io.langevin.operations.streams;

import io.langevin.messaging.EventHeaders;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.streams.processor.api.ContextualFixedKeyProcessor;
import org.apache.kafka.streams.processor.api.FixedKeyRecord;

/** Gives a record that is about to be written its own headers, and the trace of what caused it. */
final class OwnHeaders<T extends SpecificRecord> extends ContextualFixedKeyProcessor<String, T, T> {
    private final EventHeaders headers;

    OwnHeaders(EventHeaders headers) {
        this.headers = headers;
    }

    @Override
    public void process(FixedKeyRecord<String, T> record) {
        context()
                .forward(
                        record.value() == null // ends its key
                                ? record
                                : record.withHeaders(headers.of(record.value(), record.headers())));
    }
}
