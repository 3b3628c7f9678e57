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
    private final OpenedResources resources = new OpenedResources();
    private final Thread thread;
    private volatile boolean closing;

    private RunningService(String name, ServiceLoop loop) {
        this.loop = loop;
        this.thread = new Thread(this::run, name);
    }

    public static RunningService loop(String name, ServiceLoop loop) {
        RunningService running = new RunningService(name, loop);
        running.thread.start();
        return running;
    }

    /** The service ends when this does by failing: a follower without which it would be blind. */
    public RunningService dependingOn(CompletableFuture<?> follower) {
        follower.whenComplete(
                (done, e) -> {
                    if (e != null) {
                        end.completeExceptionally(e);
                        loop.close();
                    }
                });
        return this;
    }

    /** What to close after the loop; the last named first. */
    public RunningService closing(AutoCloseable... after) {
        for (AutoCloseable resource : after) {
            resources.push(resource);
        }
        return this;
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
