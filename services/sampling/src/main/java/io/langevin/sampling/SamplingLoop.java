package io.langevin.sampling;

import static io.langevin.messaging.Topics.SAMPLING_REQUESTS;

import io.langevin.artifacts.ArtifactStore;
import io.langevin.messaging.Cancellations;
import io.langevin.messaging.RejectedException;
import io.langevin.messaging.Schemas;
import io.langevin.messaging.ServiceLoop;
import io.langevin.messaging.TransactionalStream;
import io.langevin.messaging.TransactionalStream.Claim;
import io.langevin.records.SampleRequest;
import io.langevin.records.SampleStatus;
import io.langevin.sampling.ActiveRequest.Image;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Poll, admit, step, harvest, on one thread. Requests share network calls whatever their plans: a
 * new one joins at the next call. Images, outcome and offset of a request commit together through a
 * {@link TransactionalStream}; after a failure of the broker everything not committed begins anew.
 */
final class SamplingLoop implements ServiceLoop {
    private static final Logger LOG = LoggerFactory.getLogger(SamplingLoop.class);
    private static final Duration IDLE = Duration.ofMillis(200);
    private static final Duration BACKOFF = Duration.ofSeconds(1);
    private static final int CLAIMED_AT_ONCE = 64;

    /** A request may carry an image and a mask. */
    private static final int MAXIMUM_REQUESTS = 512;

    private final SamplingConfig config;
    private final Schemas schemas;
    private final PublishedCheckpoints checkpoints;
    private final ArtifactStore artifacts;
    private final Cancellations cancellations;
    private final RepeatedRequests repeated;
    private final SamplingRecords records;
    private final SamplingMetrics metrics;
    private final CountDownLatch closed = new CountDownLatch(1);

    private final List<ActiveRequest> active = new ArrayList<>();
    private final NetworkBatches batches;

    SamplingLoop(
            SamplingConfig config,
            Schemas schemas,
            PublishedCheckpoints checkpoints,
            ArtifactStore artifacts,
            Cancellations cancellations,
            EndedRequests ended,
            Previews previews,
            MeterRegistry registry)
            throws InterruptedException {
        this.config = config;
        this.schemas = schemas;
        this.checkpoints = checkpoints;
        this.artifacts = artifacts;
        this.cancellations = cancellations;
        this.repeated = new RepeatedRequests(ended);
        this.records = new SamplingRecords(config, schemas, artifacts);
        this.metrics = new SamplingMetrics(registry);
        this.batches = new NetworkBatches(config, metrics, previews);
    }

    @Override
    public void run() throws InterruptedException {
        boolean said = false;
        while (!isClosed()) {
            try (var stream =
                    TransactionalStream.open(
                            config.kafka(),
                            schemas,
                            SAMPLING_REQUESTS,
                            SamplingService.NAME,
                            config.instance())) {
                while (!isClosed()) {
                    turn(stream);
                    said = false;
                }
            } catch (KafkaException | UncheckedIOException e) {
                said = saidThatItStartsAgain(said, e);
                closed.await(BACKOFF.toMillis(), TimeUnit.MILLISECONDS);
            } finally {
                active.clear();
                repeated.clear();
                batches.close();
            }
        }
    }

    private boolean saidThatItStartsAgain(boolean said, Exception e) {
        if (!said) {
            LOG.atWarn()
                    .addKeyValue("reason", e.getMessage())
                    .log("starting again from what was committed");
        }
        return true;
    }

    private void turn(TransactionalStream<SampleRequest> stream) {
        Duration patience = active.isEmpty() ? IDLE : Duration.ZERO;
        for (int claimed = 0; claimed < CLAIMED_AT_ONCE; claimed++) {
            boolean room =
                    admittedImages() < config.admittedImages() && active.size() < MAXIMUM_REQUESTS;
            List<Claim<SampleRequest>> claims = stream.poll(patience, room ? 1 : 0);
            if (claims.isEmpty()) {
                break;
            }
            claims.forEach(claim -> admit(claim, stream));
            patience = Duration.ZERO;
        }
        repeated.settle();
        endEarly(stream);
        batches.share(active);
        batches.step((image, pixels) -> finished(image, pixels, stream));
        batches.forgetIdle(checkpoints.current().values());
        metrics.waiting(active.size(), admittedImages());
    }

    private int admittedImages() {
        return active.stream().mapToInt(a -> Math.min(a.unfinished(), config.slots())).sum();
    }

    private void admit(Claim<SampleRequest> claim, TransactionalStream<SampleRequest> stream) {
        SampleRequest request = claim.record();
        try {
            RequestPlans.check(request, claim.source().key());
            Optional<byte[]> outcome = repeated.outcome(request);
            if (outcome.isPresent()) {
                stream.complete(claim, records.again(claim, outcome.get()));
                return;
            }
            if (!repeated.isFirst(claim)) {
                stream.complete(claim, List.of());
                return;
            }
            ServingCheckpoint checkpoint =
                    checkpoints.forRequest(request.getModel(), request.getCheckpoint());
            active.add(
                    new ActiveRequest(
                            claim,
                            checkpoint,
                            RequestWork.of(request, checkpoint.checkpoint(), artifacts)));
        } catch (RejectedException e) {
            LOG.atInfo()
                    .addKeyValue("requestId", request.getRequestId())
                    .addKeyValue("reason", e.getMessage())
                    .log("request refused");
            repeated.failed(claim);
            metrics.ended(SampleStatus.FAILED, 0);
            stream.complete(claim, records.rejected(claim, e.getMessage()));
        }
    }

    /** Cancelled, expired and lost requests leave before the next network call. */
    private void endEarly(TransactionalStream<SampleRequest> stream) {
        Instant now = Instant.now();
        for (ActiveRequest request : List.copyOf(active)) {
            var cancellation = cancellations.of(request.request().getRequestId());
            if (request.claim().isLost()) {
                leave(request);
            } else if (cancellation.isPresent()) {
                leave(request);
                end(request, SampleStatus.CANCELLED, cancellation.get().getReason(), stream);
            } else if (request.isExpired(now)) {
                leave(request);
                String reason =
                        "deadline: %s has passed".formatted(request.request().getDeadline());
                end(request, SampleStatus.EXPIRED, reason, stream);
            } else if (request.isExpired(now.plusMillis(atLeast(request)))) {
                leave(request);
                String reason =
                        "deadline: %s cannot be met, the images need at least %d ms more"
                                .formatted(request.request().getDeadline(), atLeast(request));
                end(request, SampleStatus.EXPIRED, reason, stream);
            }
        }
    }

    private long atLeast(ActiveRequest request) {
        return Math.round(1e3 * batches.secondsAtLeast(request));
    }

    private void leave(ActiveRequest request) {
        active.remove(request);
        batches.giveUp(request);
    }

    private void finished(Image image, float[] pixels, TransactionalStream<SampleRequest> stream) {
        ActiveRequest request = image.request();
        request.finished(records.image(image, pixels));
        if (request.isComplete()) {
            active.remove(request);
            end(request, SampleStatus.COMPLETED, "", stream);
        }
    }

    private void end(
            ActiveRequest request,
            SampleStatus status,
            String reason,
            TransactionalStream<SampleRequest> stream) {
        metrics.ended(status, request.images().size());
        if (status == SampleStatus.COMPLETED) {
            Instant asked = Instant.ofEpochMilli(request.claim().source().timestamp());
            metrics.served(asked, request.firstCall().orElseThrow(), Instant.now());
        }
        stream.complete(request.claim(), records.ended(request, status, reason));
    }

    private boolean isClosed() {
        return closed.getCount() == 0;
    }

    @Override
    public void close() {
        closed.countDown();
    }
}
