package io.langevin.sampling.answers;

import io.langevin.messaging.Failures;
import io.langevin.sampling.DaemonThreads;
import io.langevin.sampling.work.ActiveRequest;
import io.langevin.sampling.work.FinishedImage;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes files of finished images on threads of its own, while the network goes on. While the store
 * that takes large ones is away, {@link #isHeldUp} says so and every file is tried again.
 */
public final class ImageEncoder implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ImageEncoder.class);

    /** Images that wait for their file: the sampler waits for whoever is slower. */
    private static final int MOST_WAITING = 1_024;

    private static final int THREADS = Math.max(1, Runtime.getRuntime().availableProcessors() / 4);
    private static final Duration TRY_AGAIN = Duration.ofSeconds(1);

    private final ImageFiles files;
    private final Semaphore room = new Semaphore(MOST_WAITING);
    private final ExecutorService threads = DaemonThreads.named("encoding", THREADS);
    private final Executor later =
            CompletableFuture.delayedExecutor(TRY_AGAIN.toMillis(), TimeUnit.MILLISECONDS, threads);

    /** Images whose file could not be stored at the first try. */
    private final AtomicInteger heldUp = new AtomicInteger();

    public ImageEncoder(ImageFiles files) {
        this.files = files;
    }

    /** The file of a finished image; it waits for a store that is away. */
    public CompletableFuture<FinishedImage> encode(ActiveRequest.Image image, float[] pixels) {
        var file = new CompletableFuture<FinishedImage>();
        room.acquireUninterruptibly();
        threads.execute(
                () -> {
                    try {
                        attempt(image, pixels, file, false);
                    } finally {
                        room.release();
                    }
                });
        return file;
    }

    private void attempt(
            ActiveRequest.Image image,
            float[] pixels,
            CompletableFuture<FinishedImage> file,
            boolean held) {
        boolean waits = false;
        try {
            file.complete(files.of(image, pixels));
        } catch (RuntimeException | Error e) {
            waits = Failures.isPassing(e) && !image.request().isAbandoned();
            if (!waits) {
                file.completeExceptionally(e);
            } else if (!held && heldUp.getAndIncrement() == 0) {
                LOG.atWarn()
                        .addKeyValue("reason", Failures.reason(e))
                        .log("images cannot be stored: no more are begun until they can");
            }
        }
        if (waits) {
            later.execute(() -> attempt(image, pixels, file, true));
        } else if (held) {
            heldUp.decrementAndGet();
        }
    }

    /** Whether files wait for a store that is away: more images would only wait with them. */
    public boolean isHeldUp() {
        return heldUp.get() > 0;
    }

    @Override
    public void close() {
        threads.shutdown();
    }
}
