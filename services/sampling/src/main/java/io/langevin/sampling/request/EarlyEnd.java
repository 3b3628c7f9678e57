package io.langevin.sampling.request;

import io.langevin.records.Cancellation;
import io.langevin.records.SampleRequest;
import io.langevin.records.SampleStatus;
import java.time.Instant;
import java.util.Optional;

/** Why a request is to leave before the next network call. */
public record EarlyEnd(SampleStatus status, String reason) {
    /**
     * @param atLeast milliseconds that the rest of the request takes at the present rate
     */
    static Optional<EarlyEnd> of(
            SampleRequest request, Optional<Cancellation> cancellation, Instant now, long atLeast) {
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
}
