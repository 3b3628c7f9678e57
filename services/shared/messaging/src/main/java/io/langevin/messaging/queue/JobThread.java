package io.langevin.messaging.queue;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The thread that a worker's jobs run on, one after the other. */
final class JobThread implements AutoCloseable {
    /** A job that is asked to stop may put what it has into safety. */
    static final Duration GRACE = Duration.ofSeconds(20);

    private final ExecutorService executor;
    private volatile Thread thread;

    JobThread(String name) {
        this.executor =
                Executors.newSingleThreadExecutor(
                        work -> {
                            thread = new Thread(work, name);
                            return thread;
                        });
    }

    /** A job that its worker does not hold any longer and that does not end. */
    static final class StuckException extends RuntimeException {
        private static final long serialVersionUID = 1;

        private StuckException(String message, Throwable cause) {
            super(message, cause);
        }
    }

    <T> Future<T> begin(Callable<T> job) {
        return executor.submit(job);
    }

    /** Asks the job that is under way to stop. */
    void interrupt() {
        thread.interrupt();
    }

    /**
     * Returns when the last job has let go: the next one must not queue behind it.
     *
     * @param why it is to let go
     * @throws StuckException where it does not
     */
    void awaitIdle(RuntimeException why) throws InterruptedException {
        try {
            begin(() -> "").get(GRACE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            why.addSuppressed(e);
            throw new StuckException(
                    "the job did not stop within %d s of losing its lock: this service ends"
                            .formatted(GRACE.toSeconds()),
                    why);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        executor.shutdownNow();
    }
}
