package io.langevin.sampling.work;

import io.langevin.process.Futures;
import io.langevin.sampling.networks.ServingNetwork;
import io.langevin.sampling.request.SamplingRequest;
import io.langevin.trajectory.AfterRow;
import io.langevin.trajectory.Parked;
import io.langevin.trajectory.TrajectoryBatch;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.DoubleConsumer;
import java.util.function.LongToDoubleFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A request that is being worked on: which of its images have begun, run, wait with what they have
 * come to, and are done.
 */
public final class ActiveRequest {
    private static final Logger LOG = LoggerFactory.getLogger(ActiveRequest.class);

    private final SamplingRequest request;
    private final ServingNetwork network;
    private final RequestWork work;
    private final List<FinishedImage> images = new ArrayList<>();
    private final Queue<Parked<Image>> parked = new ArrayDeque<>();
    private final Queue<CompletableFuture<FinishedImage>> encoding = new ArrayDeque<>();
    private long imageBytes;
    private int begun;
    private int mayBegin;
    private int running;
    private int left;
    private OptionalDouble evenEnd = OptionalDouble.empty();
    private Optional<Instant> firstCall = Optional.empty();
    private volatile boolean abandoned;

    public ActiveRequest(SamplingRequest request, ServingNetwork network, RequestWork work) {
        this.request = request;
        this.network = network;
        this.work = work;
        this.mayBegin = request.count();
    }

    /**
     * One image of a request, on its way.
     *
     * @param afterRow what its task does after each row
     */
    public record Image(ActiveRequest request, int index, AfterRow afterRow) {}

    /** Takes previews of images on their way; it never waits. */
    public interface PreviewSink {
        /**
         * @param row of the plan, from 1
         * @param pixels the image as it would be without its noise
         */
        void offer(ActiveRequest request, int index, int row, float[] pixels);
    }

    /**
     * Goes on with what another worker has come to.
     *
     * @throws IllegalArgumentException where that is not a state of this request
     */
    public static ActiveRequest resumed(
            SamplingRequest asked,
            ServingNetwork network,
            RequestWork work,
            Progress saved,
            PreviewSink previews) {
        var request = new ActiveRequest(asked, network, work);
        Set<Integer> indices = new HashSet<>();
        for (FinishedImage image : saved.finished()) {
            indices.add(image.index());
            request.keep(image);
            request.left++;
        }
        for (Progress.Begun begun : saved.begun()) {
            indices.add(begun.index());
            RequestWork.Start start = work.start(begun.index());
            request.parked.add(
                    start.resumed(
                            new Image(request, begun.index(), start.afterRow()),
                            request.withPreviews(start, begun.index(), previews),
                            begun.state()));
        }
        request.begun = request.images.size() + request.parked.size();
        request.firstCall = Optional.of(saved.firstCall());
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

    public SamplingRequest request() {
        return request;
    }

    public ServingNetwork network() {
        return network;
    }

    public RequestWork work() {
        return work;
    }

    /** Network evaluations for one image. */
    public int networkEvaluations() {
        return network.evaluationsPerRow() * work.plan().networkEvaluations();
    }

    /** Images that it still wants slots for. */
    public int unfinished() {
        return mayBegin - left;
    }

    /** Images that no network call has seen yet. */
    public int notBegun() {
        return mayBegin - begun;
    }

    /** Whether any of its images takes part in the calls of its network. */
    public boolean isInBatch() {
        return running > 0;
    }

    /**
     * When it would end if all requests had equal parts.
     *
     * @param enter says so from the rows of all its images together; asked once
     */
    public double evenEnd(LongToDoubleFunction enter) {
        if (evenEnd.isEmpty()) {
            long rows = (long) unfinished() * work.plan().networkEvaluations();
            evenEnd = OptionalDouble.of(enter.applyAsDouble(rows));
        }
        return evenEnd.getAsDouble();
    }

    /**
     * It leaves before its end: the others have larger parts from now on.
     *
     * @param leave takes its {@link #evenEnd}, where anybody has asked for that
     */
    public void leave(DoubleConsumer leave) {
        evenEnd.ifPresent(leave);
    }

    /** What it holds in memory beside the batch, in bytes. */
    public long bytes() {
        return request.bytes() + work.bytes() + imageBytes;
    }

    /** Images that have not begun are left to somebody else. */
    public void beginNoMore() {
        mayBegin = begun;
    }

    /** Images above {@code share} leave the batch and wait, as far as they have come. */
    public void leaveAllBut(int share, TrajectoryBatch<Image> batch) {
        if (running > share) {
            parked.addAll(batch.park(image -> image.request() == this, running - share));
            running = share;
        }
    }

    /** Images up to {@code share} enter the batch: those that waited, then new ones. */
    public void take(int share, TrajectoryBatch<Image> batch, PreviewSink previews) {
        while (running < share && !parked.isEmpty()) {
            batch.resume(parked.remove());
            running++;
        }
        while (running < share && begun < mayBegin) {
            if (firstCall.isEmpty()) {
                firstCall = Optional.of(Instant.now());
            }
            RequestWork.Start start = work.start(begun);
            start.enter(
                    batch,
                    new Image(this, begun, start.afterRow()),
                    withPreviews(start, begun, previews));
            begun++;
            running++;
        }
    }

    private AfterRow withPreviews(RequestWork.Start start, int index, PreviewSink previews) {
        int every = request.previewEvery();
        AfterRow own = network.guided(request.guidance(), start.afterRow());
        return every == 0
                ? own
                : new PreviewTask(
                        own, every, (row, pixels) -> previews.offer(this, index, row, pixels));
    }

    /** An image has come to the end of its plan; its file is being made. */
    public void finished(CompletableFuture<FinishedImage> image) {
        running--;
        left++;
        encoding.add(image);
    }

    /** Takes the files that are there by now. */
    public void collect() {
        while (!encoding.isEmpty() && encoding.element().isDone()) {
            CompletableFuture<FinishedImage> file = encoding.remove();
            if (!abandoned || !file.isCompletedExceptionally()) {
                keep(Futures.join(file));
            }
        }
    }

    /** Waits for the files of images that are finished, as long as there is time. */
    public void collectAll(Duration most) {
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
    public void abandon() {
        abandoned = true;
    }

    /** Safe to ask from any thread. */
    public boolean isAbandoned() {
        return abandoned;
    }

    private void keep(FinishedImage image) {
        images.add(image);
        imageBytes += image.held();
    }

    public boolean isComplete() {
        return images.size() == request.count();
    }

    /** Finished images in the order of their index. */
    public List<FinishedImage> images() {
        return images.stream().sorted(Comparator.comparingInt(FinishedImage::index)).toList();
    }

    /**
     * How far it has come. Nothing of it may be in the batch.
     *
     * @throws java.util.NoSuchElementException where no network call has seen any of it
     */
    public Progress progress() {
        List<Progress.Begun> begun =
                parked.stream()
                        .map(image -> new Progress.Begun(image.owner().index(), image.saved()))
                        .toList();
        return new Progress(images(), begun, firstCall.orElseThrow());
    }

    /** When its first network call began; empty before. */
    public Optional<Instant> firstCall() {
        return firstCall;
    }
}
