package io.langevin.sampling.request;

import io.langevin.messaging.stream.RecordStream;
import io.langevin.messaging.stream.Refusal;
import io.langevin.records.SampleRequest;
import java.time.Duration;
import java.util.List;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * Requests for images, each of which ends together with its answers. Owned by one thread; what its
 * methods promise is said by {@link RecordStream}.
 */
public final class RequestStream {
    private final RecordStream<SampleRequest> records;

    public RequestStream(RecordStream<SampleRequest> records) {
        this.records = records;
    }

    /**
     * Waits for up to {@code atMost} requests.
     *
     * @param refusal what tells the sender of a record that cannot be read
     */
    public List<SamplingRequest> poll(Duration timeout, int atMost, Refusal refusal) {
        return records.poll(timeout, atMost, refusal).stream().map(SamplingRequest::new).toList();
    }

    /** Keeps the stream alive without taking a request. */
    public void pollNothing(Duration timeout) {
        records.poll(timeout, 0);
    }

    /** The dead letter of a request that cannot be answered. */
    public ProducerRecord<String, byte[]> deadLetter(SamplingRequest request, String reason) {
        return records.deadLetter(request.claim(), reason);
    }

    /** Ends a request with its answers. */
    public void complete(SamplingRequest request, List<ProducerRecord<String, byte[]>> answers) {
        records.complete(request.claim(), answers);
    }

    /** Writes records of a request that is not done yet. */
    public void publish(SamplingRequest request, List<ProducerRecord<String, byte[]>> outputs) {
        records.publish(request.claim(), outputs);
    }

    /** Waits until every answer so far is committed; gives up after {@code most}. */
    public void flush(Duration most) {
        records.flush(most);
    }

    /** Requests that have not been read yet, as far as is known. */
    public long lag() {
        return records.lag();
    }
}
