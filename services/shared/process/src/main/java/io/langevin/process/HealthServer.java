package io.langevin.process;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * {@code /health/live} (the process answers), {@code /health/ready} (200 while it works, 503
 * otherwise) and {@code /metrics} (Prometheus text).
 */
public final class HealthServer implements AutoCloseable {
    private static final int MOST_CONNECTIONS = 200;
    private static final int MOST_THREADS = 32;
    private static final int SECONDS = 10;

    static {
        // read once by the JDK's server: nobody holds a connection or a thread for long
        System.setProperty("jdk.httpserver.maxConnections", "" + MOST_CONNECTIONS);
        System.setProperty("sun.net.httpserver.maxReqTime", "" + SECONDS);
        System.setProperty("sun.net.httpserver.maxRspTime", "" + SECONDS);
        System.setProperty("sun.net.httpserver.idleInterval", "" + SECONDS);
    }

    private final HttpServer server;
    private final ExecutorService threads;

    private HealthServer(HttpServer server, ExecutorService threads) {
        this.server = server;
        this.threads = threads;
    }

    public static HealthServer start(
            InetSocketAddress address, PrometheusMeterRegistry metrics, BooleanSupplier ready) {
        HttpServer server;
        try {
            server = HttpServer.create(address, 0);
        } catch (IOException e) {
            throw new ConfigurationException(
                    "LANGEVIN_HTTP_PORT: cannot listen on %s: %s"
                            .formatted(address, e.getMessage()),
                    e);
        }
        server.createContext("/health/live", exchange -> answer(exchange, 200, "live\n"));
        server.createContext(
                "/health/ready",
                exchange -> {
                    boolean works = ready.getAsBoolean();
                    answer(exchange, works ? 200 : 503, works ? "ready\n" : "not ready\n");
                });
        server.createContext("/metrics", exchange -> answer(exchange, 200, metrics.scrape()));
        ExecutorService threads = threads();
        server.setExecutor(threads);
        server.start();
        return new HealthServer(server, threads);
    }

    /** A request that comes slowly holds a thread of its own, and of those there are many. */
    private static ExecutorService threads() {
        return new ThreadPoolExecutor(
                0,
                MOST_THREADS,
                SECONDS,
                TimeUnit.SECONDS,
                new SynchronousQueue<>(),
                task -> {
                    Thread thread = new Thread(task, "health");
                    thread.setDaemon(true);
                    return thread;
                },
                new ThreadPoolExecutor.AbortPolicy()); // the connection is closed
    }

    public int port() {
        return server.getAddress().getPort();
    }

    private static void answer(HttpExchange exchange, int status, String text) throws IOException {
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders()
                .set("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
