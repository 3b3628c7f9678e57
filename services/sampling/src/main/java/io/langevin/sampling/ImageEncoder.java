package io.langevin.sampling;

import io.langevin.records.GeneratedImage;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Semaphore;

/** Makes files of finished images on threads of its own, while the network goes on. */
final class ImageEncoder implements AutoCloseable {
    /** Images that wait for their file: the sampler waits for whoever is slower. */
    private static final int MOST_WAITING = 1_024;

    private static final int THREADS = Math.max(1, Runtime.getRuntime().availableProcessors() / 4);

    private final SamplingRecords records;
    private final Semaphore room = new Semaphore(MOST_WAITING);
    private final ExecutorService threads = DaemonThreads.named("encoding", THREADS);

    ImageEncoder(SamplingRecords records) {
        this.records = records;
    }

    /** Fails with UncheckedIOException where the artifact store is away. */
    CompletableFuture<GeneratedImage> encode(ActiveRequest.Image image, float[] pixels) {
        room.acquireUninterruptibly();
        return CompletableFuture.supplyAsync(() -> records.image(image, pixels), threads)
                .whenComplete((done, e) -> room.release());
    }

    @Override
    public void close() {
        threads.shutdown();
    }
}
