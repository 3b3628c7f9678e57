package io.langevin.messaging;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.concurrent.atomic.AtomicInteger;

/** Passes requests on to a registry, from a port that can come and go. */
public final class RegistryProxy implements AutoCloseable {
    private final HttpServer server;
    private final AtomicInteger passed = new AtomicInteger();
    private final HttpClient client = HttpClient.newHttpClient();

    private RegistryProxy(HttpServer server) {
        this.server = server;
    }

    public static RegistryProxy start(int port, String registry) throws IOException {
        var proxy =
                new RegistryProxy(HttpServer.create(new InetSocketAddress("127.0.0.1", port), 0));
        proxy.server.createContext("/", exchange -> proxy.pass(exchange, registry));
        proxy.server.start();
        return proxy;
    }

    /** Requests so far. */
    public int passed() {
        return passed.get();
    }

    private void pass(HttpExchange exchange, String registry) throws IOException {
        passed.incrementAndGet();
        try {
            var request =
                    HttpRequest.newBuilder(URI.create(registry + exchange.getRequestURI()))
                            .header("Content-Type", "application/vnd.schemaregistry.v1+json")
                            .method(
                                    exchange.getRequestMethod(),
                                    HttpRequest.BodyPublishers.ofByteArray(
                                            exchange.getRequestBody().readAllBytes()))
                            .build();
            HttpResponse<byte[]> response =
                    client.send(request, HttpResponse.BodyHandlers.ofByteArray());
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(response.statusCode(), response.body().length);
            exchange.getResponseBody().write(response.body());
            exchange.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
