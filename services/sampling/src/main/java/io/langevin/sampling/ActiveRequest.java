package io.langevin.sampling;

import io.langevin.messaging.TransactionalStream.Claim;
import io.langevin.records.GeneratedImage;
import io.langevin.records.SampleRequest;
import io.langevin.score.RowTask;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** A request that is being worked on: which of its images have begun, which are done. */
final class ActiveRequest {
    private final Claim<SampleRequest> claim;
    private final ServingCheckpoint checkpoint;
    private final RequestWork work;
    private final List<GeneratedImage> images = new ArrayList<>();
    private int begun;
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

    boolean hasMoreToBegin() {
        return begun < request().getCount();
    }

    /** The next image's index. */
    int begin(Instant now) {
        if (firstCall.isEmpty()) {
            firstCall = Optional.of(now);
        }
        return begun++;
    }

    void finished(GeneratedImage image) {
        images.add(image);
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
