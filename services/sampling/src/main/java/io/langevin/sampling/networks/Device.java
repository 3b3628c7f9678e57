package io.langevin.sampling.networks;

import io.langevin.sampling.DaemonThreads;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.function.Supplier;

/** What networks run on: one call at a time, on a thread of its own. */
public final class Device implements AutoCloseable {
    private final ExecutorService thread = DaemonThreads.named("device", 1);

    /** Returns at once. */
    public <R> CompletableFuture<R> begin(Supplier<R> call) {
        return CompletableFuture.supplyAsync(call, thread);
    }

    /** Waits for the end, also when interrupted, however the call ends. */
    public static void awaitEnd(CompletableFuture<?> call) {
        call.handle((result, failure) -> "").join();
    }

    /** To be called after the last call. */
    @Override
    public void close() {
        thread.shutdown();
    }
}
