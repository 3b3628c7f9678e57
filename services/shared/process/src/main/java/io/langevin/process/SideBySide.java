package io.langevin.process;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/** Two loops of one service: where one of them ends, the other one is closed. */
public final class SideBySide implements ServiceLoop {
    private final ServiceLoop first;
    private final ServiceLoop second;
    private final String name;

    /**
     * @param second gets a thread of its own
     * @param name of that thread
     */
    public SideBySide(ServiceLoop first, ServiceLoop second, String name) {
        this.first = first;
        this.second = second;
        this.name = name;
    }

    /** Returns when both have ended; throws what ended the one that failed first. */
    @Override
    public void run() throws Exception {
        var end = new CompletableFuture<Void>();
        new Thread(() -> runSecond(end), name).start();
        try {
            first.run();
        } finally {
            second.close();
        }
        try {
            end.get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Exception failure ? failure : e;
        }
    }

    private void runSecond(CompletableFuture<Void> end) {
        try {
            second.run();
            end.complete(null);
        } catch (Throwable e) {
            end.completeExceptionally(e);
        } finally {
            first.close();
        }
    }

    @Override
    public boolean isWorking() {
        return first.isWorking() && second.isWorking();
    }

    @Override
    public void close() {
        first.close();
        second.close();
    }
}
