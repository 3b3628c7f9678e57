package io.langevin.process;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/** The results of futures, with failures as they were thrown. */
public final class Futures {
    private Futures() {}

    /**
     * Waits for a result, also when interrupted.
     *
     * @throws RuntimeException what the future failed with
     */
    public static <V> V join(CompletableFuture<V> future) {
        try {
            return future.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException why ? why : e;
        }
    }

    /**
     * Waits for a result.
     *
     * @throws RuntimeException what the future failed with
     */
    public static <V> V get(CompletableFuture<V> future) throws InterruptedException {
        try {
            return future.get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException why
                    ? why
                    : new IllegalStateException(e.getCause());
        }
    }
}
