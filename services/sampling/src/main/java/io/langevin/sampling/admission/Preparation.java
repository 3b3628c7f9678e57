package io.langevin.sampling.admission;

import io.langevin.artifacts.ArtifactStore;
import io.langevin.messaging.Failures;
import io.langevin.messaging.rules.RejectedException;
import io.langevin.process.Futures;
import io.langevin.sampling.DaemonThreads;
import io.langevin.sampling.admission.WaitingRequest.ForFiles;
import io.langevin.sampling.admission.WaitingRequest.ForNetwork;
import io.langevin.sampling.answers.SavedRequests;
import io.langevin.sampling.networks.PublishedCheckpoints;
import io.langevin.sampling.networks.ServingNetwork;
import io.langevin.sampling.networks.ServingNetwork.Key;
import io.langevin.sampling.request.SamplingRequest;
import io.langevin.sampling.work.ActiveRequest;
import io.langevin.sampling.work.RequestWork;
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
     * What has become of a request that waits.
     *
     * @param begun empty as long as it waits
     */
    record Advance(WaitingRequest waiting, Optional<ActiveRequest> begun) {
        private static Advance waits(WaitingRequest waiting) {
            return new Advance(waiting, Optional.empty());
        }
    }

    /**
     * A request that came just now; its network is being loaded if it is not there.
     *
     * @throws RejectedException which field, which rule, which value
     */
    WaitingRequest of(SamplingRequest request) {
        var waiting = new ForNetwork(request, savedRequests.of(request));
        findNetwork(waiting);
        return waiting;
    }

    /**
     * Goes on with a request as far as that is possible now.
     *
     * @param room whether it may begin if all is there; what has begun elsewhere goes on in any
     *     case
     * @throws RejectedException which field, which rule, which value
     */
    Advance advance(WaitingRequest waiting, boolean room) {
        if (waiting instanceof ForFiles files) {
            return advance(files, room || files.saved().isPresent());
        }
        return advance((ForNetwork) waiting, room);
    }

    private Advance advance(ForNetwork waiting, boolean room) {
        Optional<ServingNetwork> network = findNetwork(waiting);
        if (network.isEmpty()) {
            if (waiting.since.plus(modelWait).isBefore(Instant.now())) {
                refuseUnlessLoading(waiting);
            }
            return Advance.waits(waiting);
        }
        if (!room && waiting.saved.isEmpty()) {
            return Advance.waits(waiting);
        }
        SamplingRequest request = waiting.request();
        if (waiting.saved.isEmpty() && !RequestWork.readsImages(request)) {
            return new Advance(waiting, Optional.of(begun(request, network.get())));
        }
        return Advance.waits(
                reading(request, network.get(), waiting.saved, reader, Optional.empty()));
    }

    private Advance advance(ForFiles waiting, boolean room) {
        var reading = waiting.reading();
        if (!reading.isDone()) {
            return Advance.waits(waiting);
        }
        if (reading.isCompletedExceptionally() && Failures.isPassing(failure(reading))) {
            return Advance.waits(readAgain(waiting, failure(reading)));
        }
        return reading.isCompletedExceptionally() || room
                ? new Advance(waiting, Optional.of(Futures.join(reading)))
                : Advance.waits(waiting);
    }

    private ForFiles reading(
            SamplingRequest request,
            ServingNetwork network,
            Optional<SavedRequests.State> saved,
            Executor executor,
            Optional<Instant> awaySince) {
        var reading =
                CompletableFuture.supplyAsync(
                        () -> begunOrResumed(request, network, saved), executor);
        return new ForFiles(request, network, saved, reading, awaySince);
    }

    /**
     * What could not be read is tried once more: a store that is away is waited for as long as a
     * model is.
     *
     * @throws RejectedException where it has been waited for long enough
     */
    private ForFiles readAgain(ForFiles waiting, Throwable why) {
        Instant now = Instant.now();
        Instant since = waiting.awaySince().orElse(now);
        if (since.plus(modelWait).isBefore(now)) {
            throw new RejectedException(
                    "artifacts: out of reach for %d s: %s"
                            .formatted(modelWait.toSeconds(), Failures.reason(why)));
        }
        return reading(
                waiting.request(), waiting.network(), waiting.saved(), later, Optional.of(since));
    }

    /** A request that had begun goes on with the checkpoint that it began with. */
    private Optional<ServingNetwork> findNetwork(ForNetwork waiting) {
        SamplingRequest request = waiting.request();
        if (waiting.saved.isPresent()) {
            try {
                return findNetwork(waiting, Optional.of(waiting.saved.get().checkpoint()));
            } catch (RejectedException e) {
                beginsAnew(request, e);
                waiting.saved = Optional.empty();
            }
        }
        return findNetwork(waiting, request.checkpoint());
    }

    private Optional<ServingNetwork> findNetwork(ForNetwork waiting, Optional<String> pinned) {
        SamplingRequest request = waiting.request();
        waiting.wanted =
                checkpoints
                        .key(
                                request.model(),
                                pinned.orElse(null),
                                request.id(),
                                request.precision())
                        .map(key -> guided(key, request));
        waiting.network = waiting.wanted.flatMap(checkpoints::find);
        return waiting.network;
    }

    private static Key guided(Key network, SamplingRequest request) {
        return request.guide()
                .map(id -> PublishedCheckpoints.id("sampler.guide", id))
                .map(network::guided)
                .orElse(network);
    }

    /**
     * The model may be on its way, the store may come back; but not for ever.
     *
     * @throws RejectedException why it is not waited for any longer
     */
    void refuseUnlessLoading(WaitingRequest waiting) {
        Optional<Key> wanted = waiting.wanted();
        if (wanted.isPresent()) {
            checkpoints
                    .unreachable(wanted.get())
                    .ifPresent(
                            why -> {
                                throw new RejectedException("checkpoint: " + why);
                            });
        } else if (waiting instanceof ForNetwork missing && isEveryCheckpointKnown(missing)) {
            throw checkpoints.noSuchModel(waiting.request().model());
        }
    }

    private boolean isEveryCheckpointKnown(ForNetwork waiting) {
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
        return findNetwork(waiting).isEmpty() && waiting.wanted.isEmpty();
    }

    private ActiveRequest begun(SamplingRequest request, ServingNetwork network) {
        try {
            RequestWork work = RequestWork.of(request, network.checkpoint(), artifacts);
            return new ActiveRequest(request, network, work);
        } catch (RejectedException e) {
            throw e;
        } catch (RuntimeException | StackOverflowError e) {
            if (Failures.isPassing(e)) {
                throw e;
            }
            throw Defects.of(request, e);
        }
    }

    private ActiveRequest begunOrResumed(
            SamplingRequest request, ServingNetwork network, Optional<SavedRequests.State> saved) {
        ActiveRequest begun = begun(request, network);
        if (saved.isEmpty()) {
            return begun;
        }
        if (!saved.get().plan().equals(begun.work().planSha256())) {
            beginsAnew(
                    request, new IllegalStateException("it was saved on the rows of another plan"));
            return begun;
        }
        try {
            return ActiveRequest.resumed(
                    request, network, begun.work(), savedRequests.read(saved.get()), previews);
        } catch (UncheckedIOException e) {
            throw e; // the store is away
        } catch (IOException | RuntimeException e) { // written by another version, or damaged
            beginsAnew(request, e);
            return begun;
        }
    }

    /** Its images are the same, they only take longer. */
    private static void beginsAnew(SamplingRequest request, Exception why) {
        LOG.atWarn()
                .addKeyValue("requestId", request.id())
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
