package io.langevin.messaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.langevin.process.ConfigurationException;
import io.langevin.process.OutOfReachException;
import io.langevin.process.Patience;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class SchemasTest {
    private final List<String> said = new CopyOnWriteArrayList<>();
    private final Patience brief =
            new Patience(Optional.of(Duration.ofSeconds(2)), Duration.ofMillis(200), said::add);

    @Test
    void a_registry_that_is_away_is_said_and_given_up_in_time_and_its_password_is_not_shown()
            throws Exception {
        var kafka = KafkaConfig.of("unused:1", "http://someone:s%40cret@127.0.0.1:1");
        PrintStream before = System.err;
        var log = new ByteArrayOutputStream();
        System.setErr(new PrintStream(log, true, StandardCharsets.UTF_8));
        try {
            assertThatThrownBy(() -> new Schemas(kafka, brief).serde(Topics.CANCELLATIONS))
                    .isInstanceOf(OutOfReachException.class)
                    .hasMessageStartingWith(
                            "the schema registry http://127.0.0.1:1 does not answer within 2 s")
                    .hasMessageNotContaining("cret");
        } finally {
            System.setErr(before);
        }
        assertThat(said).singleElement().asString().startsWith("waiting for the schema registry");
        assertThat(log.toString(StandardCharsets.UTF_8)).doesNotContain("cret");
        assertThat(kafka.toString()).doesNotContain("cret");
    }

    @Test
    void the_registry_is_asked_with_the_user_of_its_address() throws Exception {
        List<String> users = new CopyOnWriteArrayList<>();
        HttpServer registry =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        registry.createContext(
                "/",
                exchange -> {
                    users.add("" + exchange.getRequestHeaders().getFirst("Authorization"));
                    exchange.sendResponseHeaders(401, -1);
                    exchange.close();
                });
        registry.start();
        try {
            var kafka =
                    new KafkaConfig(
                            Map.of("bootstrap.servers", "unused:1"),
                            "http://someone:s%40cret@127.0.0.1:" + registry.getAddress().getPort(),
                            "p.");
            assertThatThrownBy(() -> new Schemas(kafka, brief).serde(Topics.CANCELLATIONS))
                    .isInstanceOf(ConfigurationException.class);
            // someone:s@cret
            assertThat(users).isNotEmpty().containsOnly("Basic c29tZW9uZTpzQGNyZXQ=");
        } finally {
            registry.stop(0);
        }
    }
}
