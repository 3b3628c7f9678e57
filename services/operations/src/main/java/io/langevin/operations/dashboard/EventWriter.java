package io.langevin.operations.dashboard;

import com.fasterxml.jackson.databind.JsonNode;
import io.javalin.http.sse.SseClient;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends events to one browser on a thread of its own, so that one that does not read holds up
 * nobody. One that falls far behind is disconnected: it connects again and gets a fresh snapshot.
 */
final class EventWriter implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EventWriter.class);
    private static final int WAITING = 1_000;

    /** Sooner than the server gives up a connection on which nothing comes. */
    private static final int QUIET_SECONDS = 5;

    private final SseClient client;
    private final BlockingQueue<LiveFeed.Change> waiting = new ArrayBlockingQueue<>(WAITING);
    private volatile Thread thread;

    EventWriter(SseClient client) {
        this.client = client;
    }

    /** First the snapshot, then what came since it was taken. */
    void start(JsonNode snapshot) {
        thread = new Thread(() -> run(snapshot), "events");
        thread.setDaemon(true);
        thread.start();
    }

    void change(LiveFeed.Change change) {
        if (!waiting.offer(change)) {
            client.close();
        }
    }

    private void run(JsonNode snapshot) {
        try {
            client.sendEvent("snapshot", snapshot.toString());
            while (!client.terminated()) {
                LiveFeed.Change change = waiting.poll(QUIET_SECONDS, TimeUnit.SECONDS);
                if (change == null) {
                    client.sendComment("still here"); // a page that has gone is noticed by it
                } else {
                    client.sendEvent("change", PageJson.change(change).toString());
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException | Error e) {
            LOG.atWarn().setCause(e).log("a page is disconnected; it connects again");
            client.close();
        }
    }

    @Override
    public void close() {
        if (thread != null) {
            thread.interrupt();
        }
    }
}
