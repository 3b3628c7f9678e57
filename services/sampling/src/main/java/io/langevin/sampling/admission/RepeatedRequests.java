package io.langevin.sampling.admission;

import io.langevin.sampling.answers.EndedRequests;
import io.langevin.sampling.request.SamplingRequest;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Requests whose id was here before. Belongs to one session of the stream: after a failure it
 * begins anew, like all that is not committed. Owned by one thread.
 */
public final class RepeatedRequests {
    private final EndedRequests ended;
    private final Map<String, SamplingRequest> underWay = new HashMap<>();

    public RepeatedRequests(EndedRequests ended) {
        this.ended = ended;
    }

    /** The first outcome of a request that has ended, to be given again. */
    Optional<byte[]> outcome(SamplingRequest request) {
        return ended.outcome(request.id());
    }

    /**
     * Whether a request is the first with its id. A repeat of one that is under way needs no
     * answer: the first's will come, here or from whoever takes it over.
     */
    boolean isFirst(SamplingRequest request) {
        String id = request.id();
        SamplingRequest first = underWay.get(id);
        if (first != null && !first.isLost()) {
            return false;
        }
        underWay.put(id, request);
        return true;
    }

    /** Whether a request of this id is under way here, or has ended. */
    boolean isKnown(String id) {
        SamplingRequest first = underWay.get(id);
        return first != null && !first.isLost() || ended.outcome(id).isPresent();
    }

    /** A request that failed may be sent again: the reason may have gone. */
    void failed(SamplingRequest request) {
        underWay.remove(request.id(), request);
    }

    /** Forgets what is committed by now. */
    void settle() {
        underWay.keySet().removeIf(id -> ended.outcome(id).isPresent());
    }
}
