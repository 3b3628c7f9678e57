package io.langevin.operations.dashboard;

import static org.awaitility.Awaitility.await;

import io.langevin.messaging.KafkaConfig;
import io.langevin.operations.OperationsConfig;
import io.langevin.operations.OperationsService;
import io.langevin.process.RunningService;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** The operations service, once it is healthy. */
record StartedOperations(RunningService service, int port) implements AutoCloseable {

    static StartedOperations on(KafkaConfig kafka, Path folder) throws Exception {
        int port;
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        RunningService service =
                OperationsService.start(
                        new OperationsConfig(
                                kafka,
                                folder.resolve("artifacts").toUri(),
                                folder.resolve("state"),
                                "127.0.0.1",
                                port,
                                OperationsConfig.hosts(OperationsConfig.LOOPBACK),
                                1,
                                Optional.empty()),
                        new SimpleMeterRegistry());
        var started = new StartedOperations(service, port);
        await().atMost(Duration.ofMinutes(4)).until(started::isHealthy);
        return started;
    }

    URI uri(String path) {
        return URI.create("http://127.0.0.1:" + port + path);
    }

    private boolean isHealthy() throws IOException {
        var asked = (HttpURLConnection) uri("/health").toURL().openConnection();
        try {
            return asked.getResponseCode() == 200;
        } finally {
            asked.disconnect();
        }
    }

    @Override
    public void close() {
        service.close();
    }
}
