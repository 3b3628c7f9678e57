package io.langevin.sampling;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Threads beside the sampling loop; none keeps the process alive. */
final class DaemonThreads {
    private DaemonThreads() {}

    static ExecutorService named(String name, int count) {
        return Executors.newFixedThreadPool(
                count,
                task -> {
                    Thread thread = new Thread(task, name);
                    thread.setDaemon(true);
                    return thread;
                });
    }
}
