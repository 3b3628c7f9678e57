package io.langevin.messaging.follow;

import java.util.Collection;
import java.util.concurrent.CompletableFuture;

/** What ended the first of several followers that failed. */
public final class FirstFailure {
    private FirstFailure() {}

    /**
     * A future that fails when one of these does, and never completes otherwise.
     *
     * @param ended as {@link Follower#ended}
     */
    public static CompletableFuture<Void> of(Collection<CompletableFuture<Void>> ended) {
        var first = new CompletableFuture<Void>();
        for (CompletableFuture<Void> each : ended) {
            each.whenComplete(
                    (done, failure) -> {
                        if (failure != null) {
                            first.completeExceptionally(failure);
                        }
                    });
        }
        return first;
    }
}
