package io.langevin.score.torch;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * The process's threads that run networks: one for each processor, each with images of its own.
 *
 * <p>PyTorch would share out every operator, and wait for its threads some hundreds of times a
 * call; shared out by images they wait once. Whoever samples and trains in one process shares these
 * threads, so that there are never more at work than processors.
 */
public final class TorchThreads {
    private static final int COUNT = Runtime.getRuntime().availableProcessors();
    private static final AtomicInteger STARTED = new AtomicInteger();
    private static final ExecutorService POOL =
            Executors.newFixedThreadPool(COUNT, TorchThreads::thread);

    private TorchThreads() {}

    public static int count() {
        return COUNT;
    }

    /**
     * Does all the work and waits for it, also when interrupted: PyTorch cannot be stopped in the
     * middle and must not lose the arrays under it. The results are in the order of the work.
     */
    public static <R> List<R> runAll(List<Supplier<R>> work) {
        List<CompletableFuture<R>> results =
                work.stream().map(part -> CompletableFuture.supplyAsync(part, POOL)).toList();
        try {
            CompletableFuture.allOf(results.toArray(CompletableFuture[]::new)).join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw e;
        }
        return results.stream().map(CompletableFuture::join).toList();
    }

    private static Thread thread(Runnable work) {
        var thread =
                new Thread(
                        () -> {
                            TorchModule.useThisThread();
                            work.run();
                        },
                        "torch-" + STARTED.incrementAndGet());
        thread.setDaemon(true);
        return thread;
    }
}
