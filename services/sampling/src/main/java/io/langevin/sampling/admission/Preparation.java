package io.langevin.sampling.admission;

import io.langevin.artifacts.ArtifactStore;
import io.langevin.messaging.Failures;
import io.langevin.messaging.rules.RejectedException;
import io.langevin.messaging.stream.Claim;
import io.langevin.process.Futures;
import io.langevin.records.SampleRequest;
import io.langevin.sampling.DaemonThreads;
import io.langevin.sampling.answers.SavedRequests;
import io.langevin.sampling.networks.PublishedCheckpoints;
import io.langevin.sampling.networks.ServingNetwork;
import io.langevin.sampling.work.ActiveRequest;
import io.langevin.sampling.work.RequestWork;
import io.langevin.score.CompiledNetwork.Precision;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a request needs before its first network call: its network, the images that come with it,
 * what another worker has come to. All that takes time happens on other threads.
 */
public final class Preparation implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Preparation.class);

    private final Duration modelWait;
    private final PublishedCheckpoints checkpoints;
    private final ArtifactStore artifacts;
    private final SavedRequests savedRequests;
    private final ActiveRequest.PreviewSink previews;

    /** What takes long to read holds up one thread; the others go on. */
    private static final int READERS = 4;

    /** How long the newest announcements of checkpoints may take to arrive here. */
    private static final Duration ANNOUNCEMENTS_WITHIN = Duration.ofSeconds(10);

    private static final Duration TRY_AGAIN = Duration.ofSeconds(1);

    private final ExecutorService reader = DaemonThreads.named("preparation", READERS);
    private final Executor later =
            CompletableFuture.delayedExecutor(TRY_AGAIN.toMillis(), TimeUnit.MILLISECONDS, reader);

    public Preparation(
            Duration modelWait,
            PublishedCheckpoints checkpoints,
            ArtifactStore artifacts,
            SavedRequests savedRequests,
            ActiveRequest.PreviewSink previews) {
        this.modelWait = modelWait;
        this.checkpoints = checkpoints;
        this.artifacts = artifacts;
        this.savedRequests = savedRequests;
        this.previews = previews;
    }

    /**
     * A request that came just now; its network is being loaded if it is not there.
     *
     * @throws RejectedException which field, which rule, which value
     */
    WaitingRequest of(Claim<SampleRequest> claim) {
        var waiting = new WaitingRequest(claim, savedRequests.of(claim));
        network(waiting);
        return waiting;
    }

    /**
     * The request, once all is there; empty until then.
     *
     * @param room whether it may begin if all is there; what has begun elsewhere goes on in any
     *     case
     * @throws RejectedException which field, which rule, which value
     */
    Optional<ActiveRequest> ready(WaitingRequest waiting, boolean room) {
        boolean may = room || waiting.saved.isPresent();
        if (waiting.reading.isPresent()) {
            var reading = waiting.reading.get();
            if (!reading.isDone()) {
                return Optional.empty();
            }
            if (reading.isCompletedExceptionally() && isReadAgain(waiting, failure(reading))) {
                return Optional.empty();
            }
            return reading.isCompletedExceptionally() || may
                    ? Optional.of(Futures.join(reading))
                    : Optional.empty();
        }
        Optional<ServingNetwork> network = network(waiting);
        if (network.isEmpty()) {
            if (waiting.since.plus(modelWait).isBefore(Instant.now())) {
                refuseUnlessLoading(waiting);
            }
            return Optional.empty();
        }
        if (!may) {
            return Optional.empty();
        }
        SampleRequest request = waiting.claim.record();
        if (waiting.saved.isEmpty() && !RequestWork.readsImages(request)) {
            return Optional.of(begun(waiting, network.get()));
        }
        read(waiting, network.get(), reader);
        return Optional.empty();
    }

    private void read(WaitingRequest waiting, ServingNetwork network, Executor executor) {
        waiting.reading =
                Optional.of(
                        CompletableFuture.supplyAsync(
                                () -> begunOrResumed(waiting, network), executor));
    }

    /**
     * Whether what could not be read is tried once more: a store that is away is waited for as long
     * as a model is.
     *
     * @throws RejectedException where it has been waited for long enough
     */
    private boolean isReadAgain(WaitingRequest waiting, Throwable why) {
        if (!Failures.isPassing(why)) {
            return false;
        }
        Instant now = Instant.now();
        waiting.awaySince = Optional.of(waiting.awaySince.orElse(now));
        if (waiting.awaySince.get().plus(modelWait).isBefore(now)) {
            throw new RejectedException(
                    "artifacts: out of reach for %d s: %s"
                            .formatted(modelWait.toSeconds(), Failures.reason(why)));
        }
        read(waiting, waiting.network.orElseThrow(), later);
        return true;
    }

    /** A request that had begun goes on with the checkpoint that it began with. */
    private Optional<ServingNetwork> network(WaitingRequest waiting) {
        SampleRequest request = waiting.claim.record();
        if (waiting.saved.isPresent()) {
            try {
                return network(waiting, waiting.saved.get().getCheckpoint());
            } catch (RejectedException e) {
                beginsAnew(waiting, e);
                waiting.saved = Optional.empty();
            }
        }
        return network(waiting, request.getCheckpoint());
    }

    private Optional<ServingNetwork> network(WaitingRequest waiting, String pinned) {
        SampleRequest request = waiting.claim.record();
        Precision precision = Precision.valueOf(request.getSampler().getPrecision().name());
        waiting.wanted = checkpoints.key(request.getModel(), pinned, precision);
        waiting.network = waiting.wanted.flatMap(checkpoints::find);
        return waiting.network;
    }

    /**
     * The model may be on its way, the store may come back; but not for ever.
     *
     * @throws RejectedException why it is not waited for any longer
     */
    void refuseUnlessLoading(WaitingRequest waiting) {
        if (waiting.wanted.isEmpty()) {
            if (!isEveryCheckpointKnown(waiting)) {
                return;
            }
            throw checkpoints.noSuchModel(waiting.claim.record().getModel());
        }
        checkpoints
                .unreachable(waiting.wanted.get())
                .ifPresent(
                        why -> {
                            throw new RejectedException("checkpoint: " + why);
                        });
    }

    private boolean isEveryCheckpointKnown(WaitingRequest waiting) {
        if (waiting.announced.isEmpty()) {
            waiting.announced = Optional.of(checkpoints.passed(ANNOUNCEMENTS_WITHIN));
        }
        CompletableFuture<Boolean> announced = waiting.announced.get();
        if (!announced.isDone()) {
            return false;
        }
        if (!Futures.join(announced)) { // not read to its end in time: once more
            waiting.announced = Optional.empty();
            return false;
        }
        return network(waiting).isEmpty() && waiting.wanted.isEmpty();
    }

    private ActiveRequest begun(WaitingRequest waiting, ServingNetwork network) {
        SampleRequest request = waiting.claim.record();
        try {
            RequestWork work = RequestWork.of(request, network.checkpoint(), artifacts);
            return new ActiveRequest(waiting.claim, network, work);
        } catch (RejectedException e) {
            throw e;
        } catch (RuntimeException | StackOverflowError e) {
            if (Failures.isPassing(e)) {
                throw e;
            }
            throw Defects.of(waiting.claim, e);
        }
    }

    private ActiveRequest begunOrResumed(WaitingRequest waiting, ServingNetwork network) {
        ActiveRequest begun = begun(waiting, network);
        if (waiting.saved.isEmpty()) {
            return begun;
        }
        try {
            return ActiveRequest.resumed(
                    waiting.claim,
                    network,
                    begun.work(),
                    savedRequests.read(waiting.saved.get()),
                    previews);
        } catch (UncheckedIOException e) {
            throw e; // the store is away
        } catch (IOException | RuntimeException e) { // written by another version, or damaged
            beginsAnew(waiting, e);
            return begun;
        }
    }

    /** Its images are the same, they only take longer. */
    private static void beginsAnew(WaitingRequest waiting, Exception why) {
        LOG.atWarn()
                .addKeyValue("requestId", waiting.claim.record().getRequestId())
                .addKeyValue("reason", why.getMessage())
                .log("cannot go on from the saved state and begins anew");
    }

    private static Throwable failure(CompletableFuture<?> failed) {
        return failed.handle(
                        (done, why) -> why instanceof CompletionException ? why.getCause() : why)
                .join();
    }

    @Override
    public void close() {
        reader.shutdownNow();
    }
}
