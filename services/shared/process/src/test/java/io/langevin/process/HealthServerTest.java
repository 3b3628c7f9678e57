package io.langevin.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class HealthServerTest {
    private final AtomicBoolean works = new AtomicBoolean(true);

    private HealthServer start() {
        return HealthServer.start(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                new PrometheusMeterRegistry(PrometheusConfig.DEFAULT),
                works::get);
    }

    @Test
    void whoever_has_sent_one_byte_is_in_nobodys_way() throws IOException {
        try (HealthServer health = start()) {
            List<Socket> slow = new ArrayList<>();
            try {
                for (int i = 0; i < 5; i++) {
                    Socket socket = new Socket(InetAddress.getLoopbackAddress(), health.port());
                    socket.getOutputStream().write('G');
                    slow.add(socket);
                }
                assertThat(get(health, "/health/ready")).contains(" 200 ");
            } finally {
                for (Socket socket : slow) {
                    socket.close();
                }
            }
        }
    }

    @Test
    void it_is_not_ready_while_a_part_is_away() throws IOException {
        try (HealthServer health = start()) {
            works.set(false);
            assertThat(get(health, "/health/ready")).contains(" 503 ");
            assertThat(get(health, "/health/live")).contains(" 200 ");
        }
    }

    private static String get(HealthServer health, String path) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), health.port())) {
            socket.setSoTimeout(30_000);
            socket.getOutputStream()
                    .write(
                            "GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
                                    .formatted(path)
                                    .getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
