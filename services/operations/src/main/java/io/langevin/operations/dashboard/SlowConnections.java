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

    private record Seen(long bytes, long requests) {}

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
        connections.put(connection, new Seen(0, 0));
    }

    @Override
    public void onClosed(Connection connection) {
        connections.remove(connection);
    }

    /** Between two looks a connection must have sent a whole head, if it has sent anything. */
    private void look() {
        connections.forEach(
                (connection, before) -> {
                    var now = new Seen(connection.getBytesIn(), connection.getMessagesIn());
                    boolean answering = connection.getMessagesIn() > connection.getMessagesOut();
                    boolean sending = now.bytes > before.bytes;
                    if (sending && now.requests == before.requests && !answering) {
                        connection.close();
                    } else {
                        connections.replace(connection, now);
                    }
                });
        if (isRunning()) {
            lookLater();
        }
    }
}
