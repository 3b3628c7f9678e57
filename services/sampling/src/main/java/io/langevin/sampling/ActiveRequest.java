package io.langevin.sampling;

import io.langevin.messaging.TransactionalStream.Claim;
import io.langevin.records.GeneratedImage;
import io.langevin.records.SampleRequest;
import io.langevin.score.RowTask;
import io.langevin.score.TrajectoryBatch;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Queue;

/**
 * A request that is being worked on: which of its images have begun, run, wait with what they have
 * come to, and are done.
 */
final class ActiveRequest {
    private final Claim<SampleRequest> claim;
    private final ServingCheckpoint checkpoint;
    private final RequestWork work;
    private final List<GeneratedImage> images = new ArrayList<>();
    private final Queue<TrajectoryBatch.Parked<Image>> waiting = new ArrayDeque<>();
    private int begun;
    private int running;
    private Optional<Instant> firstCall = Optional.empty();

    ActiveRequest(Claim<SampleRequest> claim, ServingCheckpoint checkpoint, RequestWork work) {
        this.claim = claim;
        this.checkpoint = checkpoint;
        this.work = work;
    }

    /** One image of a request, on its way. */
    record Image(ActiveRequest request, int index, RowTask rowTask) {}

    Claim<SampleRequest> claim() {
        return claim;
    }

    SampleRequest request() {
        return claim.record();
    }

    ServingCheckpoint checkpoint() {
        return checkpoint;
    }

    RequestWork work() {
        return work;
    }

    /** Images that it still wants slots for. */
    int unfinished() {
        return request().getCount() - images.size();
    }

    /** Images that no network call has seen yet. */
    int notBegun() {
        return request().getCount() - begun;
    }

    /** Images above {@code share} leave the batch and wait, as far as they have come. */
    void leaveAllBut(int share, TrajectoryBatch<Image> batch) {
        if (running > share) {
            waiting.addAll(batch.park(image -> image.request() == this, running - share));
            running = share;
        }
    }

    /** Images up to {@code share} enter the batch: those that waited, then new ones. */
    void take(int share, TrajectoryBatch<Image> batch, Previews previews) {
        while (running < share && !waiting.isEmpty()) {
            batch.resume(waiting.remove());
            running++;
        }
        while (running < share && begun < request().getCount()) {
            if (firstCall.isEmpty()) {
                firstCall = Optional.of(Instant.now());
            }
            work.begin(batch, this, begun++, previews);
            running++;
        }
    }

    void finished(GeneratedImage image) {
        images.add(image);
        running--;
    }

    boolean isComplete() {
        return images.size() == request().getCount();
    }

    /** Finished images in the order of their index. */
    List<GeneratedImage> images() {
        return images.stream().sorted(Comparator.comparingInt(GeneratedImage::getIndex)).toList();
    }

    /** When its first network call began; empty before. */
    Optional<Instant> firstCall() {
        return firstCall;
    }

    boolean isExpired(Instant now) {
        Instant deadline = request().getDeadline();
        return deadline != null && now.isAfter(deadline);
    }
}
