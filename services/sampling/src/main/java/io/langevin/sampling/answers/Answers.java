package io.langevin.sampling.answers;

import io.langevin.messaging.rules.RejectedException;
import io.langevin.messaging.stream.Claim;
import io.langevin.messaging.stream.RecordStream;
import io.langevin.records.SampleRequest;
import io.langevin.records.SampleStatus;
import io.langevin.sampling.SamplingMetrics;
import io.langevin.sampling.request.EarlyEnd;
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

    private final RecordStream<SampleRequest> stream;
    private final SamplingRecords records;
    private final SavedRequests savedRequests;
    private final SamplingMetrics metrics;

    public Answers(
            RecordStream<SampleRequest> stream,
            SamplingRecords records,
            SavedRequests savedRequests,
            SamplingMetrics metrics) {
        this.stream = stream;
        this.records = records;
        this.savedRequests = savedRequests;
        this.metrics = metrics;
    }

    /** A request that was worked on. */
    public void end(ActiveRequest request, SampleStatus status, String reason) {
        metrics.ended(status, status == SampleStatus.EXPIRED ? 0 : request.images().size());
        if (status == SampleStatus.COMPLETED) {
            metrics.served(
                    request.claim().askedAt(), request.firstCall().orElseThrow(), Instant.now());
        }
        complete(request.claim(), records.ended(request, status, reason));
    }

    /** A request that nobody has worked on here. */
    public void neverBegan(Claim<SampleRequest> claim, EarlyEnd why) {
        metrics.ended(why.status(), 0);
        complete(claim, records.neverBegan(claim, why.status(), why.reason()));
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
    public void refuseWithoutKey(Claim<SampleRequest> claim, RejectedException why, boolean told) {
        List<ProducerRecord<String, byte[]>> outputs = new ArrayList<>();
        outputs.add(stream.deadLetter(claim, why.getMessage()));
        if (told) {
            outputs.addAll(records.rejectedUnderId(claim, why.getMessage()));
        }
        metrics.ended(SampleStatus.FAILED, 0);
        stream.complete(claim, outputs);
    }

    /** A request that cannot be worked on. */
    public void refuse(Claim<SampleRequest> claim, RejectedException why) {
        LOG.atInfo()
                .addKeyValue("requestId", claim.record().getRequestId())
                .addKeyValue("reason", why.getMessage())
                .log("request refused");
        metrics.ended(SampleStatus.FAILED, 0);
        complete(claim, records.rejected(claim, why.getMessage()));
    }

    /** A request that was here before: its first outcome once more. */
    public void again(Claim<SampleRequest> claim, byte[] outcome) {
        stream.complete(claim, records.again(claim, outcome));
    }

    /** A request whose answer is under way. */
    public void nothing(Claim<SampleRequest> claim) {
        stream.complete(claim, List.of());
    }

    /** A request that somebody else is to go on with. */
    public void save(ActiveRequest request) {
        try {
            stream.publish(request.claim(), records.saved(request, savedRequests.save(request)));
        } catch (UncheckedIOException e) {
            LOG.atWarn()
                    .addKeyValue("requestId", request.request().getRequestId())
                    .addKeyValue("reason", e.getMessage())
                    .log("not saved, will begin anew");
        }
    }

    /** Nobody needs a saved state of a request that has ended. */
    private void complete(Claim<SampleRequest> claim, List<ProducerRecord<String, byte[]>> answer) {
        List<ProducerRecord<String, byte[]>> outputs = new ArrayList<>(answer);
        if (savedRequests.isSaved(claim)) {
            outputs.add(records.forgotten(claim));
        }
        stream.complete(claim, outputs);
    }

    /** Waits until all of them are committed, also through a rebalance. */
    public void flush(Duration most) {
        stream.flush(most);
    }
}
