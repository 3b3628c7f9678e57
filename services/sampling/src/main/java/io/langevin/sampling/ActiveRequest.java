package io.langevin.sampling;

import io.langevin.messaging.TransactionalStream.Claim;
import io.langevin.records.GeneratedImage;
import io.langevin.records.SampleRequest;
import io.langevin.records.SavedSampling;
import io.langevin.records.SavedTrajectory;
import io.langevin.trajectory.AfterRow;
import io.langevin.trajectory.TrajectoryBatch;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A request that is being worked on: which of its images have begun, run, wait with what they have
 * come to, and are done.
 */
final class ActiveRequest {
    private static final Logger LOG = LoggerFactory.getLogger(ActiveRequest.class);

    private final Claim<SampleRequest> claim;
    private final ServingNetwork network;
    private final RequestWork work;
    private final List<GeneratedImage> images = new ArrayList<>();
    private final Queue<TrajectoryBatch.Parked<Image>> parked = new ArrayDeque<>();
    private final Queue<CompletableFuture<GeneratedImage>> encoding = new ArrayDeque<>();
    private long imageBytes;
    private int begun;
    private int mayBegin;
    private int running;
    private int left;
    private OptionalDouble evenEnd = OptionalDouble.empty();
    private Optional<Instant> firstCall = Optional.empty();
    private volatile boolean abandoned;

    ActiveRequest(Claim<SampleRequest> claim, ServingNetwork network, RequestWork work) {
        this.claim = claim;
        this.network = network;
        this.work = work;
        this.mayBegin = request().getCount();
    }

    /** One image of a request, on its way. */
    record Image(ActiveRequest request, int index, AfterRow rowTask) {}

    /**
     * Goes on with what another worker has come to.
     *
     * @throws IllegalArgumentException where that is not a state of this request
     */
    static ActiveRequest resumed(
            Claim<SampleRequest> claim,
            ServingNetwork network,
            RequestWork work,
            SavedSampling saved,
            Previews previews) {
        var request = new ActiveRequest(claim, network, work);
        Set<Integer> indices = new HashSet<>();
        for (GeneratedImage image : saved.getImages()) {
            indices.add(image.getIndex());
            request.keep(image);
            request.left++;
        }
        for (SavedTrajectory trajectory : saved.getTrajectories()) {
            indices.add(trajectory.getIndex());
            request.parked.add(
                    work.start(request, trajectory.getIndex(), previews)
                            .resumed(SavedRequests.saved(trajectory)));
        }
        request.begun = request.images.size() + request.parked.size();
        request.firstCall = Optional.of(saved.getFirstCallAt());
        boolean theFirstOnes =
                indices.size() == request.begun
                        && indices.stream().allMatch(i -> i >= 0 && i < request.begun);
        if (!theFirstOnes || request.begun > request.mayBegin || request.isComplete()) {
            throw new IllegalArgumentException(
                    "images: must be the first of %d and not all finished, not %s"
                            .formatted(request.mayBegin, indices));
        }
        return request;
    }

    Claim<SampleRequest> claim() {
        return claim;
    }

    SampleRequest request() {
        return claim.record();
    }

    ServingNetwork network() {
        return network;
    }

    RequestWork work() {
        return work;
    }

    /** Images that it still wants slots for. */
    int unfinished() {
        return mayBegin - left;
    }

    /** Images that no network call has seen yet. */
    int notBegun() {
        return mayBegin - begun;
    }

    /** Whether any of its images takes part in the calls of its network. */
    boolean isInBatch() {
        return running > 0;
    }

    /** When it would end if all requests had equal parts; it enters at the first time. */
    double evenEnd(EvenClock clock) {
        if (evenEnd.isEmpty()) {
            long rows = (long) unfinished() * work.plan().networkEvaluations();
            evenEnd = OptionalDouble.of(clock.enter(rows));
        }
        return evenEnd.getAsDouble();
    }

    /** It leaves before its end: the others have larger parts from now on. */
    void leave(EvenClock clock) {
        evenEnd.ifPresent(clock::leave);
    }

    /** What it holds in memory beside the batch, in bytes. */
    long bytes() {
        return claim.source().serializedValueSize() + work.bytes() + imageBytes;
    }

    /** Images that have not begun are left to somebody else. */
    void beginNoMore() {
        mayBegin = begun;
    }

    /** Images above {@code share} leave the batch and wait, as far as they have come. */
    void leaveAllBut(int share, TrajectoryBatch<Image> batch) {
        if (running > share) {
            parked.addAll(batch.park(image -> image.request() == this, running - share));
            running = share;
        }
    }

    /** Images up to {@code share} enter the batch: those that waited, then new ones. */
    void take(int share, TrajectoryBatch<Image> batch, Previews previews) {
        while (running < share && !parked.isEmpty()) {
            batch.resume(parked.remove());
            running++;
        }
        while (running < share && begun < mayBegin) {
            if (firstCall.isEmpty()) {
                firstCall = Optional.of(Instant.now());
            }
            work.start(this, begun++, previews).enter(batch);
            running++;
        }
    }

    /** An image has come to the end of its plan; its file is being made. */
    void finished(CompletableFuture<GeneratedImage> image) {
        running--;
        left++;
        encoding.add(image);
    }

    /** Takes the files that are there by now. */
    void collect() {
        while (!encoding.isEmpty() && encoding.element().isDone()) {
            keep(result(encoding.remove()));
        }
    }

    /** Waits for the files of images that are finished, as long as there is time. */
    void collectAll(Duration most) {
        try {
            CompletableFuture.allOf(encoding.toArray(CompletableFuture[]::new))
                    .get(most.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException e) {
            LOG.atDebug().setCause(e).log("not all files are there");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        collect();
    }

    /** Nobody needs the files of its images any more. */
    void abandon() {
        abandoned = true;
    }

    /** Safe to ask from any thread. */
    boolean isAbandoned() {
        return abandoned;
    }

    private static GeneratedImage result(CompletableFuture<GeneratedImage> image) {
        try {
            return image.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException why ? why : e;
        }
    }

    private void keep(GeneratedImage image) {
        images.add(image);
        imageBytes += image.getBytes() == null ? 0 : image.getBytes().remaining();
    }

    boolean isComplete() {
        return images.size() == request().getCount();
    }

    /** Finished images in the order of their index. */
    List<GeneratedImage> images() {
        return images.stream().sorted(Comparator.comparingInt(GeneratedImage::getIndex)).toList();
    }

    /** Images that have begun, are not finished and not in the batch. */
    Collection<TrajectoryBatch.Parked<Image>> parked() {
        return parked;
    }

    /** When its first network call began; empty before. */
    Optional<Instant> firstCall() {
        return firstCall;
    }
}
