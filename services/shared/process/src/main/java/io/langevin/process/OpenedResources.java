package io.langevin.process;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/**
 * What has been opened, to be closed together: last opened first, and one that fails keeps none
 * open. Safe to use from several threads.
 */
public final class OpenedResources implements AutoCloseable {
    private final Deque<AutoCloseable> resources = new ArrayDeque<>();

    public synchronized void push(AutoCloseable resource) {
        resources.push(resource);
    }

    /** One that has been closed by others. */
    public synchronized void forget(AutoCloseable resource) {
        resources.remove(resource);
    }

    private synchronized Optional<AutoCloseable> last() {
        return Optional.ofNullable(resources.poll());
    }

    /**
     * @throws IllegalStateException where something did not close; all else is closed all the same
     */
    @Override
    public void close() {
        IllegalStateException failure = new IllegalStateException("not closed cleanly");
        for (var next = last(); next.isPresent(); next = last()) {
            try {
                next.get().close();
            } catch (Exception e) {
                failure.addSuppressed(e);
            }
        }
        if (failure.getSuppressed().length > 0) {
            throw failure;
        }
    }
}
