package io.langevin.sampling;

import io.langevin.messaging.Failures;
import io.langevin.messaging.follow.Cancellations;
import io.langevin.sampling.admission.Admission;
import io.langevin.sampling.answers.Answers;
import io.langevin.sampling.answers.ImageEncoder;
import io.langevin.sampling.networks.LoadedNetworks;
import io.langevin.sampling.networks.PublishedCheckpoints;
import io.langevin.sampling.networks.ServingNetwork;
import io.langevin.sampling.request.EarlyEnd;
import io.langevin.sampling.request.RequestStream;
import io.langevin.sampling.slots.DeviceTurns;
import io.langevin.sampling.slots.FailedCallException;
import io.langevin.sampling.work.ActiveRequest;
import io.langevin.sampling.work.ActiveRequest.Image;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What one session of the stream works on; when the stream fails, all of it is forgotten and begins
 * anew with the next one. Owned by one thread.
 */
final class SamplingSession {
    private static final Logger LOG = LoggerFactory.getLogger(SamplingSession.class);
    private static final Duration IDLE = Duration.ofMillis(200);
    private static final Duration SOON = Duration.ofMillis(5);
    private static final Duration FLUSH_WITHIN = Duration.ofSeconds(20);

    /** Files of images that are finished are made within milliseconds where the store is there. */
    private static final Duration FILES_WITHIN = Duration.ofSeconds(5);

    private final RequestStream stream;
    private final Admission admission;
    private final Answers answers;
    private final DeviceTurns batches;
    private final LoadedNetworks networks;
    private final PublishedCheckpoints checkpoints;
    private final Cancellations cancellations;
    private final ImageEncoder encoder;
    private final SamplingMetrics metrics;
    private final List<ActiveRequest> active = new ArrayList<>();

    /** Those that failed while a network call was under way, and why. */
    private final Map<ActiveRequest, Throwable> failed = new LinkedHashMap<>();

    private boolean calling;

    SamplingSession(
            RequestStream stream,
            Admission admission,
            Answers answers,
            DeviceTurns batches,
            LoadedNetworks networks,
            PublishedCheckpoints checkpoints,
            Cancellations cancellations,
            ImageEncoder encoder,
            SamplingMetrics metrics) {
        this.stream = stream;
        this.admission = admission;
        this.answers = answers;
        this.batches = batches;
        this.networks = networks;
        this.checkpoints = checkpoints;
        this.cancellations = cancellations;
        this.encoder = encoder;
        this.metrics = metrics;
    }

    /** Poll, admit, step, harvest. */
    void turn() {
        admission.claim(patience(), active);
        admission.endEarly(Instant.now());
        active.addAll(admission.ready(active));
        work(patience -> admission.claim(patience, active));
        batches.forget(networks.evict(this::isNeeded));
        metrics.waiting(active.size(), Admission.images(active), stream.lag());
    }

    /** How long to wait where there is nothing to do. */
    private Duration patience() {
        if (encoder.isHeldUp()) {
            return SOON;
        }
        if (batches.haveWork()) {
            return Duration.ZERO;
        }
        return active.isEmpty() && !admission.isAnyoneWaiting() ? IDLE : SOON;
    }

    /**
     * @param meanwhile keeps up with the stream while the network runs: a request that comes then
     *     begins with the next call
     */
    private void work(Consumer<Duration> meanwhile) {
        endEarly();
        batches.share(active);
        if (!encoder.isHeldUp()) {
            step(meanwhile);
        }
        failed.forEach(this::fail);
        failed.clear();
        endComplete();
    }

    private void step(Consumer<Duration> meanwhile) {
        try {
            batches.step(
                    patience -> {
                        meanwhile.accept(isAnyAlmostDone() ? shorter(SOON, patience) : patience);
                        calling = true;
                        endComplete();
                        calling = false;
                    },
                    this::finished);
        } catch (FailedCallException e) {
            // nobody knows what became of the images that were in the call
            active.stream()
                    .filter(request -> request.network().key().equals(e.network()))
                    .filter(ActiveRequest::isInBatch)
                    .toList()
                    .forEach(request -> fail(request, e.getCause()));
            batches.forget(List.of(e.network()));
        } finally {
            calling = false;
        }
    }

    /** Whether a request has no more to be computed, and its last files are being made. */
    private boolean isAnyAlmostDone() {
        return active.stream().anyMatch(request -> request.unfinished() == 0);
    }

    private static Duration shorter(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? a : b;
    }

    private void endEarly() {
        Instant now = Instant.now();
        for (ActiveRequest request : List.copyOf(active)) {
            long atLeast = Math.round(1e3 * batches.secondsAtLeast(request));
            Optional<EarlyEnd> end = request.request().earlyEnd(cancellations, now, atLeast);
            if (request.request().isLost() || end.isPresent()) {
                active.remove(request);
                batches.giveUp(request);
                request.abandon();
            }
            end.ifPresent(
                    why ->
                            fenced(
                                    request,
                                    () -> {
                                        request.collectAll(filesWithin());
                                        answers.end(request, why);
                                    }));
        }
    }

    private Duration filesWithin() {
        return encoder.isHeldUp() ? Duration.ZERO : FILES_WITHIN;
    }

    private void finished(Image image, float[] pixels) {
        image.request().finished(encoder.encode(image, pixels));
    }

    private void endComplete() {
        for (ActiveRequest request : List.copyOf(active)) {
            fenced(
                    request,
                    () -> {
                        request.collect();
                        if (request.isComplete()) {
                            active.remove(request);
                            answers.complete(request);
                        }
                    });
        }
    }

    /** Whatever goes wrong with a request ends that request; what is away is waited for. */
    private void fenced(ActiveRequest request, Runnable action) {
        try {
            action.run();
        } catch (RuntimeException | StackOverflowError e) {
            if (Failures.isPassing(e)) {
                throw e;
            }
            fail(request, e);
        }
    }

    private void fail(ActiveRequest request, Throwable why) {
        if (calling) {
            failed.put(request, why); // its images may be in the call: they leave when it is over
            return;
        }
        active.remove(request);
        batches.giveUp(request);
        request.abandon();
        admission.fail(request.request(), why);
    }

    private boolean isNeeded(ServingNetwork.Key key) {
        Set<ServingNetwork.Key> inUse = new HashSet<>(admission.wanted());
        active.forEach(request -> inUse.add(request.network().key()));
        boolean current = key.guide().isEmpty() && checkpoints.isCurrent(key.checkpoint());
        return current || inUse.contains(key);
    }

    /** Nobody needs what this session has come to. */
    void abandon() {
        active.forEach(ActiveRequest::abandon);
    }

    /**
     * What has not begun goes to whoever has the partition next; what has is finished within the
     * grace time, or saved as far as it has come.
     */
    void drain(Duration grace) {
        Instant end = Instant.now().plus(grace);
        active.removeIf(request -> request.firstCall().isEmpty());
        active.forEach(ActiveRequest::beginNoMore);
        while (Instant.now().isBefore(end) && active.stream().anyMatch(a -> a.unfinished() > 0)) {
            stream.pollNothing(encoder.isHeldUp() ? SOON : Duration.ZERO);
            work(stream::pollNothing);
        }
        List.copyOf(active)
                .forEach(request -> fenced(request, () -> request.collectAll(filesWithin())));
        endComplete();
        for (ActiveRequest request : active) {
            batches.park(request);
            answers.save(request);
        }
        answers.flush(FLUSH_WITHIN);
        if (!active.isEmpty()) {
            LOG.atInfo().addKeyValue("requests", active.size()).log("saved as far as they came");
        }
    }
}
