package io.langevin.sampling.answers;

import io.langevin.messaging.rules.RejectedException;
import io.langevin.records.SampleStatus;
import io.langevin.sampling.SamplingMetrics;
import io.langevin.sampling.request.EarlyEnd;
import io.langevin.sampling.request.RequestStream;
import io.langevin.sampling.request.SamplingRequest;
import io.langevin.sampling.work.ActiveRequest;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Ends requests: their answers commit together with their offsets. Owned by one thread. */
public final class Answers {
    private static final Logger LOG = LoggerFactory.getLogger(Answers.class);

    private final RequestStream stream;
    private final SamplingRecords records;
    private final SavedRequests savedRequests;
    private final SamplingMetrics metrics;

    public Answers(
            RequestStream stream,
            SamplingRecords records,
            SavedRequests savedRequests,
            SamplingMetrics metrics) {
        this.stream = stream;
        this.records = records;
        this.savedRequests = savedRequests;
        this.metrics = metrics;
    }

    /** A request all of whose images are there. */
    public void complete(ActiveRequest request) {
        metrics.ended(SampleStatus.COMPLETED, request.images().size());
        metrics.served(
                request.request().askedAt(), request.firstCall().orElseThrow(), Instant.now());
        complete(request.request(), records.ended(request, SampleStatus.COMPLETED, ""));
    }

    /** A request that was worked on and leaves before its end. */
    public void end(ActiveRequest request, EarlyEnd why) {
        int images = why.status() == SampleStatus.EXPIRED ? 0 : request.images().size();
        metrics.ended(why.status(), images);
        complete(request.request(), records.ended(request, why.status(), why.reason()));
    }

    /** A request that nobody has worked on here. */
    public void neverBegan(SamplingRequest request, EarlyEnd why) {
        metrics.ended(why.status(), 0);
        complete(request, records.neverBegan(request, why.status(), why.reason()));
    }

    /** What tells the sender of a record that is no request, where its key is an id. */
    public List<ProducerRecord<String, byte[]>> unreadable(
            ConsumerRecord<String, byte[]> record, String reason) {
        metrics.ended(SampleStatus.FAILED, 0);
        return records.unreadable(record, reason);
    }

    /**
     * A request without a key: nobody else has it, but whoever sent it may look for its id.
     *
     * @param told whether the id is to be told
     */
    public void refuseWithoutKey(SamplingRequest request, RejectedException why, boolean told) {
        List<ProducerRecord<String, byte[]>> outputs = new ArrayList<>();
        outputs.add(stream.deadLetter(request, why.getMessage()));
        if (told) {
            outputs.addAll(records.rejectedUnderId(request, why.getMessage()));
        }
        metrics.ended(SampleStatus.FAILED, 0);
        stream.complete(request, outputs);
    }

    /** A request that cannot be worked on. */
    public void refuse(SamplingRequest request, RejectedException why) {
        LOG.atInfo()
                .addKeyValue("requestId", request.id())
                .addKeyValue("reason", why.getMessage())
                .log("request refused");
        metrics.ended(SampleStatus.FAILED, 0);
        complete(request, records.rejected(request, why.getMessage()));
    }

    /** A request that was here before: its first outcome once more. */
    public void again(SamplingRequest request, byte[] outcome) {
        stream.complete(request, records.again(request, outcome));
    }

    /** A request whose answer is under way. */
    public void nothing(SamplingRequest request) {
        stream.complete(request, List.of());
    }

    /** A request that somebody else is to go on with. */
    public void save(ActiveRequest request) {
        try {
            stream.publish(
                    request.request(),
                    records.saved(request, savedRequests.save(request, records.state(request))));
        } catch (UncheckedIOException e) {
            LOG.atWarn()
                    .addKeyValue("requestId", request.request().id())
                    .addKeyValue("reason", e.getMessage())
                    .log("not saved, will begin anew");
        }
    }

    /** Nobody needs a saved state of a request that has ended. */
    private void complete(SamplingRequest request, List<ProducerRecord<String, byte[]>> answer) {
        List<ProducerRecord<String, byte[]>> outputs = new ArrayList<>(answer);
        if (savedRequests.isSaved(request)) {
            outputs.add(records.forgotten(request));
        }
        stream.complete(request, outputs);
    }

    /** Waits until all of them are committed, also through a rebalance. */
    public void flush(Duration most) {
        stream.flush(most);
    }
}
