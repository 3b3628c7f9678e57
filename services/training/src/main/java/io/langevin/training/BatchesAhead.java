package io.langevin.training;

import io.langevin.datasets.BatchOrder;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Puts the next batch together, mirrored images and all, on a thread of its own while the network
 * is at the last one. Which images make up a batch depends on its step alone.
 */
final class BatchesAhead implements AutoCloseable {
    private final BatchOrder order;
    private final ExecutorService thread =
            Executors.newSingleThreadExecutor(
                    work -> {
                        var daemon = new Thread(work, "next-batch");
                        daemon.setDaemon(true);
                        return daemon;
                    });
    private CompletableFuture<float[]> next;
    private long nextStep;

    /**
     * @param order is used by the other thread alone
     */
    BatchesAhead(BatchOrder order) {
        this.order = order;
    }

    /** Images of a step, as {@link BatchOrder#batch} has them; steps in a row come soonest. */
    float[] batch(long step) {
        CompletableFuture<float[]> wanted = next != null && nextStep == step ? next : ordered(step);
        next = ordered(step + 1);
        nextStep = step + 1;
        try {
            return wanted.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException failure ? failure : e;
        }
    }

    private CompletableFuture<float[]> ordered(long step) {
        return CompletableFuture.supplyAsync(() -> order.batch(step), thread);
    }

    @Override
    public void close() {
        thread.shutdown();
    }
}
