package io.langevin.sampling;

import static io.langevin.messaging.Topics.SAMPLING_REQUESTS;

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
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.ProducerRecord;
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
    private static final Duration SOON = Duration.ofMillis(5);
    private static final Duration CATCH_UP_WITHIN = Duration.ofSeconds(30);
    private static final Duration BACKOFF = Duration.ofSeconds(1);
    private static final Duration FLUSH_WITHIN = Duration.ofSeconds(20);
    private static final int CLAIMED_AT_ONCE = 64;
    private static final int MAXIMUM_REQUESTS = 512;

    /** Requests whose model is not there would fill their partition's ledger if there were more. */
    private static final int MAXIMUM_WAITING = 64;

    private final SamplingConfig config;
    private final Schemas schemas;
    private final Networks networks;
    private final PublishedCheckpoints checkpoints;
    private final Preparation preparation;
    private final Cancellations cancellations;
    private final RepeatedRequests repeated;
    private final SavedRequests savedRequests;
    private final SamplingRecords records;
    private final ImageEncoder encoder;
    private final NetworkBatches batches;
    private final SamplingMetrics metrics;
    private final MeterRegistry registry;
    private final CountDownLatch closed = new CountDownLatch(1);

    private final List<Preparation.Waiting> waiting = new ArrayList<>();
    private final List<ActiveRequest> active = new ArrayList<>();

    SamplingLoop(
            SamplingConfig config,
            Schemas schemas,
            Networks networks,
            PublishedCheckpoints checkpoints,
            Preparation preparation,
            Cancellations cancellations,
            RepeatedRequests repeated,
            SavedRequests savedRequests,
            SamplingRecords records,
            ImageEncoder encoder,
            NetworkBatches batches,
            SamplingMetrics metrics,
            MeterRegistry registry) {
        this.config = config;
        this.schemas = schemas;
        this.networks = networks;
        this.checkpoints = checkpoints;
        this.preparation = preparation;
        this.cancellations = cancellations;
        this.repeated = repeated;
        this.savedRequests = savedRequests;
        this.records = records;
        this.encoder = encoder;
        this.batches = batches;
        this.metrics = metrics;
        this.registry = registry;
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
                            config.instance(),
                            registry,
                            this::partitionsTaken)) {
                while (!isClosed()) {
                    turn(stream);
                    said = false;
                }
                drain(stream);
            } catch (KafkaException | UncheckedIOException e) {
                said = saidThatItStartsAgain(said, e);
                closed.await(BACKOFF.toMillis(), TimeUnit.MILLISECONDS);
            } finally {
                waiting.clear();
                active.clear();
                repeated.clear();
                batches.clear();
            }
        }
    }

    /** What their last owner has ended or saved must be known before their first record comes. */
    private void partitionsTaken() throws InterruptedException {
        repeated.catchUp(CATCH_UP_WITHIN);
        savedRequests.catchUp(CATCH_UP_WITHIN);
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
        claim(stream);
        repeated.settle();
        endEarly(stream);
        begin(stream);
        batches.share(active);
        batches.step(this::finished);
        endComplete(stream);
        batches.forget(networks.evict(this::isNeeded));
        metrics.waiting(active.size(), admittedImages(), stream.lag());
    }

    private void claim(TransactionalStream<SampleRequest> stream) {
        Duration patience = patience();
        for (int claimed = 0; claimed < CLAIMED_AT_ONCE; claimed++) {
            if (waiting.size() >= MAXIMUM_WAITING) {
                refuseOneThatNobodyLoads(stream);
            }
            List<Claim<SampleRequest>> claims = stream.poll(patience, isRoom() ? 1 : 0);
            if (claims.isEmpty()) {
                return;
            }
            claims.forEach(claim -> admit(claim, stream));
            patience = Duration.ZERO;
        }
    }

    /** As long as there is nothing to do. */
    private Duration patience() {
        if (batches.haveWork()) {
            return Duration.ZERO;
        }
        return active.isEmpty() && waiting.isEmpty() ? IDLE : SOON;
    }

    private void refuseOneThatNobodyLoads(TransactionalStream<SampleRequest> stream) {
        for (Preparation.Waiting request : waiting) {
            try {
                preparation.refuseUnlessLoading(request);
            } catch (RejectedException e) {
                waiting.remove(request);
                refuse(request.claim(), e, stream);
                return;
            }
        }
    }

    private boolean isRoom() {
        return waiting.size() < MAXIMUM_WAITING
                && active.size() < MAXIMUM_REQUESTS
                && admittedImages() < config.admittedImages()
                && admittedBytes() < config.admittedBytes();
    }

    private int admittedImages() {
        return active.stream().mapToInt(a -> Math.min(a.unfinished(), a.network().slots())).sum();
    }

    private long admittedBytes() {
        return active.stream().mapToLong(ActiveRequest::bytes).sum()
                + waiting.stream().mapToLong(w -> w.claim().source().serializedValueSize()).sum();
    }

    private void admit(Claim<SampleRequest> claim, TransactionalStream<SampleRequest> stream) {
        SampleRequest request = claim.record();
        try {
            RequestPlans.check(request, claim.source().key());
            Optional<byte[]> outcome = repeated.outcome(request);
            if (outcome.isPresent()) {
                stream.complete(claim, records.again(claim, outcome.get()));
            } else if (repeated.isFirst(claim)) {
                waiting.add(preparation.of(claim));
            } else {
                stream.complete(claim, List.of());
            }
        } catch (RejectedException e) {
            refuse(claim, e, stream);
        }
    }

    private void begin(TransactionalStream<SampleRequest> stream) {
        for (Preparation.Waiting request : List.copyOf(waiting)) {
            try {
                Optional<ActiveRequest> ready = preparation.ready(request);
                if (ready.isPresent()) {
                    waiting.remove(request);
                    active.add(ready.get());
                }
            } catch (RejectedException e) {
                waiting.remove(request);
                refuse(request.claim(), e, stream);
            }
        }
    }

    private void refuse(
            Claim<SampleRequest> claim,
            RejectedException why,
            TransactionalStream<SampleRequest> stream) {
        LOG.atInfo()
                .addKeyValue("requestId", claim.record().getRequestId())
                .addKeyValue("reason", why.getMessage())
                .log("request refused");
        repeated.failed(claim);
        metrics.ended(SampleStatus.FAILED, 0);
        complete(claim, records.rejected(claim, why.getMessage()), stream);
    }

    /** Nobody needs a saved state of a request that has ended. */
    private void complete(
            Claim<SampleRequest> claim,
            List<ProducerRecord<String, byte[]>> answer,
            TransactionalStream<SampleRequest> stream) {
        List<ProducerRecord<String, byte[]>> outputs = new ArrayList<>(answer);
        if (savedRequests.isSaved(claim)) {
            outputs.add(records.forgotten(claim));
        }
        stream.complete(claim, outputs);
    }

    /** Why a request is to leave before the next network call. */
    private record EarlyEnd(SampleStatus status, String reason) {}

    private void endEarly(TransactionalStream<SampleRequest> stream) {
        Instant now = Instant.now();
        for (Preparation.Waiting request : List.copyOf(waiting)) {
            Claim<SampleRequest> claim = request.claim();
            Optional<EarlyEnd> end = earlyEnd(claim.record(), now, 0);
            if (claim.isLost() || end.isPresent()) {
                waiting.remove(request);
            }
            end.ifPresent(
                    why -> {
                        metrics.ended(why.status, 0);
                        complete(claim, records.neverBegan(claim, why.status, why.reason), stream);
                    });
        }
        for (ActiveRequest request : List.copyOf(active)) {
            long atLeast = Math.round(1e3 * batches.secondsAtLeast(request));
            Optional<EarlyEnd> end = earlyEnd(request.request(), now, atLeast);
            if (request.claim().isLost() || end.isPresent()) {
                active.remove(request);
                batches.giveUp(request);
            }
            end.ifPresent(
                    why -> {
                        request.collectAll();
                        end(request, why.status, why.reason, stream);
                    });
        }
    }

    /**
     * @param atLeast milliseconds that the rest of the request takes at the present rate
     */
    private Optional<EarlyEnd> earlyEnd(SampleRequest request, Instant now, long atLeast) {
        var cancellation = cancellations.of(request.getRequestId());
        if (cancellation.isPresent()) {
            return Optional.of(
                    new EarlyEnd(SampleStatus.CANCELLED, cancellation.get().getReason()));
        }
        Instant deadline = request.getDeadline();
        if (deadline == null || !now.plusMillis(atLeast).isAfter(deadline)) {
            return Optional.empty();
        }
        String reason =
                now.isAfter(deadline)
                        ? "deadline: %s has passed".formatted(deadline)
                        : "deadline: %s cannot be met, the images need at least %d ms more"
                                .formatted(deadline, atLeast);
        return Optional.of(new EarlyEnd(SampleStatus.EXPIRED, reason));
    }

    private void finished(Image image, float[] pixels) {
        image.request().finished(encoder.encode(image, pixels));
    }

    private void endComplete(TransactionalStream<SampleRequest> stream) {
        for (ActiveRequest request : List.copyOf(active)) {
            request.collect();
            if (request.isComplete()) {
                active.remove(request);
                end(request, SampleStatus.COMPLETED, "", stream);
            }
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
        complete(request.claim(), records.ended(request, status, reason), stream);
    }

    private boolean isNeeded(ServingNetwork.Key key) {
        Set<ServingNetwork.Key> inUse = new HashSet<>();
        active.forEach(request -> inUse.add(request.network().key()));
        waiting.forEach(request -> request.wanted().ifPresent(inUse::add));
        return inUse.contains(key) || checkpoints.isCurrent(key.checkpoint());
    }

    /**
     * What has not begun goes to whoever has the partition next; what has is finished within the
     * grace time, or saved as far as it has come.
     */
    private void drain(TransactionalStream<SampleRequest> stream) {
        Instant end = Instant.now().plus(config.grace());
        waiting.clear();
        active.removeIf(request -> request.firstCall().isEmpty());
        active.forEach(ActiveRequest::beginNoMore);
        while (Instant.now().isBefore(end) && active.stream().anyMatch(a -> a.unfinished() > 0)) {
            stream.poll(Duration.ZERO, 0);
            endEarly(stream);
            batches.share(active);
            batches.step(this::finished);
            endComplete(stream);
        }
        active.forEach(ActiveRequest::collectAll);
        endComplete(stream);
        active.forEach(request -> save(request, stream));
        stream.flush(FLUSH_WITHIN);
        if (!active.isEmpty()) {
            LOG.atInfo().addKeyValue("requests", active.size()).log("saved as far as they came");
        }
    }

    private void save(ActiveRequest request, TransactionalStream<SampleRequest> stream) {
        batches.park(request);
        try {
            stream.publish(request.claim(), records.saved(request, savedRequests.save(request)));
        } catch (UncheckedIOException e) {
            LOG.atWarn()
                    .addKeyValue("requestId", request.request().getRequestId())
                    .addKeyValue("reason", e.getMessage())
                    .log("not saved, will begin anew");
        }
    }

    private boolean isClosed() {
        return closed.getCount() == 0;
    }

    @Override
    public void close() {
        closed.countDown();
    }
}
