package io.langevin.process;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;

/**
 * A service that has been started: one loop on a thread of its own, and what to close after it,
 * last opened first.
 */
public final class RunningService implements AutoCloseable {
    private final ServiceLoop loop;
    private final CompletableFuture<Void> end = new CompletableFuture<>();
    private final OpenedResources resources;
    private final Thread thread;
    private volatile boolean closing;

    private RunningService(String name, ServiceLoop loop, OpenedResources resources) {
        this.loop = loop;
        this.resources = resources;
        this.thread = new Thread(this::run, name);
    }

    /** Puts a service together. */
    public interface Assembly {
        /**
         * @return what the service does until it is closed
         */
        ServiceLoop of(ServiceParts parts) throws InterruptedException;
    }

    /**
     * Starts a service. Where it cannot be put together, what has been opened by then is closed.
     *
     * @param name of its thread
     */
    public static RunningService start(String name, Assembly assembly) throws InterruptedException {
        var parts = new ServiceParts();
        try {
            var running = new RunningService(name, assembly.of(parts), parts.opened());
            running.thread.start();
            parts.needed().forEach(running::endWith);
            return running;
        } catch (InterruptedException | RuntimeException e) {
            parts.opened().close();
            throw e;
        }
    }

    /** The service ends when this does by failing. */
    private void endWith(CompletableFuture<?> needed) {
        needed.whenComplete(
                (done, e) -> {
                    if (e != null) {
                        end.completeExceptionally(e);
                        loop.close();
                    }
                });
    }

    private void run() {
        try {
            loop.run();
            end.complete(null);
        } catch (Throwable e) {
            end.completeExceptionally(e);
        }
    }

    /** Waits until the loop has ended; throws what ended it. */
    public void awaitEnd() throws Exception {
        try {
            end.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Exception exception) {
                throw exception;
            }
            throw e;
        }
    }

    /** Told once what ended the loop, if it did not end because it was closed. */
    public void whenFailed(Consumer<Throwable> listener) {
        end.whenComplete(
                (done, e) -> {
                    if (e != null) {
                        listener.accept(e);
                    }
                });
    }

    public boolean isAlive() {
        return !end.isDone();
    }

    /** Whether it can do its work now; also false once it has ended. */
    public boolean isWorking() {
        return isAlive() && loop.isWorking();
    }

    /** Whether it has been asked to end. */
    public boolean isClosing() {
        return closing;
    }

    /** Ends the loop, waits for it, closes what it used; a second call waits for the first. */
    @Override
    public synchronized void close() {
        loop.close();
        closing = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        resources.close();
    }
}
