package io.langevin.sampling;

import io.langevin.messaging.TransactionalStream.Claim;
import io.langevin.records.SampleRequest;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;

/**
 * Requests whose id was here before. One whose first is not yet committed waits for that outcome.
 * Belongs to one session of the stream: after a failure it begins anew, like all that is not
 * committed. Owned by one thread.
 */
final class RepeatedRequests {
    private final EndedRequests ended;
    private final Set<String> underWay = new HashSet<>();
    private final List<Claim<SampleRequest>> waiting = new ArrayList<>();

    RepeatedRequests(EndedRequests ended) {
        this.ended = ended;
    }

    /**
     * Whether a request is the first with its id and has to be worked on.
     *
     * @param answer is given a repeated request and the first outcome, now or in {@link #settle}
     */
    boolean isFirst(Claim<SampleRequest> claim, BiConsumer<Claim<SampleRequest>, byte[]> answer) {
        String id = claim.record().getRequestId();
        Optional<byte[]> outcome = ended.outcome(id);
        if (outcome.isPresent()) {
            answer.accept(claim, outcome.get());
            return false;
        }
        if (!underWay.add(id)) {
            waiting.add(claim);
            return false;
        }
        return true;
    }

    /** Answers those whose first has been committed meanwhile. */
    void settle(BiConsumer<Claim<SampleRequest>, byte[]> answer) {
        underWay.removeIf(id -> ended.outcome(id).isPresent());
        for (Iterator<Claim<SampleRequest>> each = waiting.iterator(); each.hasNext(); ) {
            Claim<SampleRequest> claim = each.next();
            Optional<byte[]> outcome = ended.outcome(claim.record().getRequestId());
            if (outcome.isPresent() || claim.isLost()) {
                outcome.ifPresent(bytes -> answer.accept(claim, bytes));
                each.remove();
            }
        }
    }

    /** A request that another process has now: it may come back. */
    void lost(Claim<SampleRequest> claim) {
        underWay.remove(claim.record().getRequestId());
    }

    void clear() {
        underWay.clear();
        waiting.clear();
    }
}
