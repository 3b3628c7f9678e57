package io.langevin.operations.dashboard;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.util.component.AbstractLifeCycle;
import org.eclipse.jetty.util.thread.Scheduler;

/**
 * Closes connections that send the head of a request so slowly that it does not end: each counts
 * among those that the server takes at a time.
 */
final class SlowConnections extends AbstractLifeCycle implements Connection.Listener {
    private static final Duration HEAD_WITHIN = Duration.ofSeconds(10);

    private final Scheduler scheduler;

    /** What each connection had received at the last look. */
    private final Map<Connection, Seen> connections = new ConcurrentHashMap<>();

    /**
     * @param partial whether something had come since the look before, but no whole head
     */
    private record Seen(long bytes, long requests, boolean partial) {}

    SlowConnections(Scheduler scheduler) {
        this.scheduler = scheduler;
    }

    @Override
    protected void doStart() {
        lookLater();
    }

    private void lookLater() {
        scheduler.schedule(this::look, HEAD_WITHIN.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public void onOpened(Connection connection) {
        connections.put(connection, new Seen(0, 0, false));
    }

    @Override
    public void onClosed(Connection connection) {
        connections.remove(connection);
    }

    /** A head may be on its way at one look; at the next one it must have come. */
    private void look() {
        connections.forEach(
                (connection, before) -> {
                    long bytes = connection.getBytesIn();
                    long requests = connection.getMessagesIn();
                    boolean answering = requests > connection.getMessagesOut();
                    boolean partial =
                            bytes > before.bytes && requests == before.requests && !answering;
                    if (partial && before.partial) {
                        connection.close();
                    } else {
                        connections.replace(connection, new Seen(bytes, requests, partial));
                    }
                });
        if (isRunning()) {
            lookLater();
        }
    }
}
