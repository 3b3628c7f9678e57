package io.langevin.sampling;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Threads beside the sampling loop; none keeps the process alive. */
public final class DaemonThreads {
    private DaemonThreads() {}

    public static ExecutorService named(String name, int count) {
        return Executors.newFixedThreadPool(
                count,
                task -> {
                    Thread thread = new Thread(task, name);
                    thread.setDaemon(true);
                    return thread;
                });
    }
}
