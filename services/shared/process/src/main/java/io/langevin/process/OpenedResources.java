package io.langevin.process;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * What has been opened, to be closed together: last opened first, and one that fails keeps none
 * open.
 */
public final class OpenedResources implements AutoCloseable {
    private final Deque<AutoCloseable> resources = new ArrayDeque<>();

    public void push(AutoCloseable resource) {
        resources.push(resource);
    }

    /**
     * @throws IllegalStateException where something did not close; all else is closed all the same
     */
    @Override
    public void close() {
        IllegalStateException failure = new IllegalStateException("not closed cleanly");
        while (!resources.isEmpty()) {
            try {
                resources.pop().close();
            } catch (Exception e) {
                failure.addSuppressed(e);
            }
        }
        if (failure.getSuppressed().length > 0) {
            throw failure;
        }
    }
}
