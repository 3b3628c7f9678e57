package io.langevin.operations.dashboard;

import static io.langevin.messaging.Topics.SAMPLING_REQUESTS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.langevin.messaging.KafkaConfig;
import io.langevin.messaging.KafkaEnvironment;
import io.langevin.messaging.TopicReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whatever is sent over HTTP, it is answered in one form, and health and page go on. */
@Timeout(value = 15, unit = TimeUnit.MINUTES) // only against a hang
class HostileHttpIT {
    private static final int REQUESTS = 1_500;
    private static final String GOOD = "{\"model\":\"m\",\"count\":1}";

    @TempDir static Path folder;
    private static KafkaConfig kafka;
    private static StartedOperations operations;

    @BeforeAll
    static void start() throws Exception {
        kafka = KafkaEnvironment.fresh();
        operations = StartedOperations.on(kafka, folder);
    }

    private static boolean isHealthy() throws IOException {
        return send("GET /health HTTP/1.1\r\nHost: localhost\r\n", "").startsWith("HTTP/1.1 200");
    }

    @AfterAll
    static void stop() {
        operations.close();
    }

    @Test
    void a_name_that_is_not_the_pages_is_not_served() throws IOException {
        for (String host : List.of("evil.example", "127.0.0.1.evil.example", "[::2]", "")) {
            assertProblem(send("GET / HTTP/1.1\r\nHost: %s\r\n".formatted(host), ""), 4);
        }
        assertThat(send("GET / HTTP/1.1\r\nHost: localhost:8090\r\n", "")).startsWith("HTTP/1.1 2");
        assertThat(send("GET / HTTP/1.1\r\nHost: [::1]\r\n", "")).startsWith("HTTP/1.1 2");
    }

    @Test
    void another_sites_page_can_send_nothing() throws IOException {
        assertProblem(post("Origin: http://evil.example\r\n", "application/json", GOOD), 403);
        assertProblem(post("Origin: null\r\n", "application/json", GOOD), 403);
        assertProblem(post("Sec-Fetch-Site: cross-site\r\n", "application/json", GOOD), 403);
        assertProblem(post("", "text/plain", GOOD), 415);
        assertProblem(post("", "application/json; charset=x", GOOD), 415);
        assertThat(post("Origin: http://localhost:1\r\n", "application/json; charset=UTF-8", GOOD))
                .startsWith("HTTP/1.1 202");
    }

    @Test
    void every_answer_has_the_headers_that_browsers_heed() throws IOException {
        for (String path : List.of("/", "/main.js", "/api/models", "/health", "/nowhere")) {
            assertThat(send("GET %s HTTP/1.1\r\nHost: localhost\r\n".formatted(path), ""))
                    .contains("Content-Security-Policy: default-src 'self'")
                    .contains("frame-ancestors 'none'")
                    .contains("X-Frame-Options: DENY")
                    .contains("X-Content-Type-Options: nosniff")
                    .contains("Referrer-Policy: no-referrer");
        }
    }

    @Test
    void a_path_that_cannot_be_decoded_is_the_askers_fault() throws IOException {
        for (String path : List.of("/api/jobs/a%}t", "/api/requests/%", "/api/models/%zz")) {
            assertProblem(send("GET %s HTTP/1.1\r\nHost: localhost\r\n".formatted(path), ""), 400);
        }
    }

    @Test
    void wrong_values_are_refused_before_anything_is_published() throws Exception {
        int before = requests();
        for (String body :
                List.of(
                        "",
                        "null",
                        "[]",
                        "{",
                        "{\"model\":7,\"count\":1}",
                        "{\"model\":\"../m\",\"count\":1}",
                        "{\"model\":\"m\\n\\u001b[2J\",\"count\":1}",
                        "{\"model\":\"m\",\"count\":0}",
                        "{\"model\":\"m\",\"count\":10001}",
                        "{\"model\":\"m\",\"count\":1e99}",
                        "{\"model\":\"m\",\"count\":1.5}",
                        "{\"model\":\"m\",\"count\":1,\"count\":2}",
                        "{\"model\":\"m\",\"count\":1,\"seed\":1.5}",
                        "{\"model\":\"m\",\"count\":1,\"seed\":1e40}",
                        "{\"model\":\"m\",\"count\":1,\"other\":1}",
                        "{\"count\":1}",
                        "{\"model\":\"m\",\"seed\":\"9223372036854775808\"}",
                        "{\"model\":\"m\",\"requestId\":\"1\"}",
                        "{\"model\":\"m\",\"sampler\":1}",
                        "{\"model\":\"m\",\"sampler\":{\"kind\":\"NONE\"}}",
                        "{\"model\":\"m\",\"task\":{\"image\":\"!\"}}",
                        "{\"model\":\"m\",\"task\":{\"kind\":null}}",
                        "{\"model\":\"m\",\"labels\":{\"a\":1}}",
                        "{\"model\":\"m\",\"deadline\":\"tomorrow\"}",
                        "{\"model\":\"m\",\"labels\":{\"a\":\"\\ud800\"}}",
                        "{\"model\":\"m\",\"labels\":{\"\\ud800\":\"a\"}}",
                        "{\"model\":\"m\",\"count\":1} {}",
                        "[".repeat(30_000))) {
            assertProblem(post("", "application/json", body), 400);
        }
        assertProblem(post("", "application/json", "[" + " ".repeat(1_100_000)), 413);
        assertThat(requests()).isEqualTo(before);
    }

    private static int requests() {
        try (var reader = new TopicReader(kafka, kafka.name(SAMPLING_REQUESTS))) {
            return reader.toEnd().size();
        }
    }

    /** A body that comes slowly holds a thread; the page has more threads than it lets be held. */
    @Test
    void very_many_slow_senders_make_neither_health_nor_page_deaf() throws IOException {
        List<Socket> slow = new ArrayList<>();
        try {
            for (int i = 0; i < 400; i++) {
                Socket socket = connected();
                socket.getOutputStream()
                        .write(
                                ("POST /api/sample-requests HTTP/1.1\r\nHost: localhost\r\n"
                                                + "Content-Type: application/json\r\n"
                                                + "Content-Length: 1000\r\n\r\n{")
                                        .getBytes(StandardCharsets.US_ASCII));
                slow.add(socket);
            }
            assertThat(isHealthy()).isTrue();
            assertThat(send("GET / HTTP/1.1\r\nHost: localhost\r\n", ""))
                    .startsWith("HTTP/1.1 200");
        } finally {
            for (Socket socket : slow) {
                socket.close();
            }
        }
    }

    /** Each counts among the connections that are taken; the head of a request must end. */
    @Test
    void heads_that_never_end_lose_their_connections() throws IOException {
        List<Socket> dripping = new ArrayList<>();
        ScheduledExecutorService drops = Executors.newSingleThreadScheduledExecutor();
        try {
            for (int i = 0; i < 1_000; i++) {
                Socket socket = connected();
                dripping.add(socket);
                drip(socket, "GET /health HTTP/1.1\r\nX: ");
            }
            drops.scheduleAtFixedRate(
                    () -> dripping.forEach(socket -> drip(socket, "x")), 1, 1, TimeUnit.SECONDS);
            assertThat(isHealthy()).isTrue();
        } finally {
            drops.shutdownNow();
            for (Socket socket : dripping) {
                socket.close();
            }
        }
    }

    private static void drip(Socket socket, String text) {
        try {
            socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
        } catch (IOException e) {
            // the server has closed it: what the test waits for
        }
    }

    @Test
    void more_event_streams_than_there_are_threads_for_are_refused() throws IOException {
        List<Socket> streams = new ArrayList<>();
        int refused = 0;
        try {
            for (int i = 0; i < 260; i++) {
                Socket socket = eventStream();
                streams.add(socket);
                refused += status(socket).equals("503") ? 1 : 0;
            }
            assertThat(refused).isEqualTo(60);
            assertThat(Thread.getAllStackTraces().keySet())
                    .filteredOn(thread -> thread.getName().equals("events"))
                    .hasSizeLessThanOrEqualTo(200);
            assertThat(isHealthy()).isTrue();
        } finally {
            for (Socket socket : streams) {
                socket.close();
            }
        }
        // a page that has gone is noticed when it is told something
        await().atMost(Duration.ofMinutes(2))
                .until(
                        () ->
                                Thread.getAllStackTraces().keySet().stream()
                                        .noneMatch(t -> t.getName().equals("events")));
        assertThat(send("GET /api/models HTTP/1.1\r\nHost: localhost\r\n", ""))
                .startsWith("HTTP/1.1 200");
    }

    @Test
    void who_leaves_before_the_first_event_keeps_no_place() throws IOException {
        for (int i = 0; i < 300; i++) {
            Socket left = eventStream();
            left.setSoLinger(true, 0); // a reset, whatever the server is at
            left.close();
        }
        await().atMost(Duration.ofMinutes(2))
                .until(
                        () -> {
                            try (Socket stays = eventStream()) {
                                return status(stays).equals("200");
                            }
                        });
    }

    private static Socket eventStream() throws IOException {
        Socket socket = connected();
        socket.getOutputStream()
                .write(
                        ("GET /api/events HTTP/1.1\r\nHost: localhost\r\n"
                                        + "Accept: text/event-stream\r\n\r\n")
                                .getBytes(StandardCharsets.US_ASCII));
        return socket;
    }

    private static String status(Socket socket) throws IOException {
        byte[] first = socket.getInputStream().readNBytes("HTTP/1.1 200".length());
        return new String(first, StandardCharsets.US_ASCII).substring("HTTP/1.1 ".length());
    }

    @Test
    void requests_made_up_at_random_are_answered_and_never_by_a_defect() throws IOException {
        long seed = new Random().nextLong();
        System.out.println("seed " + seed);
        var random = new Random(seed);
        for (int i = 0; i < REQUESTS; i++) {
            String head = head(random);
            String body = body(random);
            String answer = send(head, body);
            assertThat(answer)
                    .as("seed %d, request %d:%n%s%n%s", seed, i, head, body)
                    .doesNotContain("HTTP/1.1 500")
                    .doesNotContain("\tat ");
        }
        assertThat(isHealthy()).isTrue();
        assertThat(operations.service().isAlive()).isTrue();
    }

    private static String head(Random random) {
        return "%s %s HTTP/1.1\r\n%s%s"
                .formatted(
                        one(
                                random, "GET", "POST", "PUT", "DELETE", "OPTIONS", "HEAD", "PATCH",
                                "X"),
                        one(
                                random,
                                "/",
                                "/api/sample-requests",
                                "/api/retraining-requests",
                                "/api/cancellations/x",
                                "/api/models/x/changes",
                                "/api/cancellations/%0a%1b",
                                "/api/images/a/b",
                                "/api/images/a/99999999999",
                                "/api/jobs/" + text(random, 20),
                                "/../../etc/passwd",
                                "/%2e%2e/%2e%2e/etc/passwd",
                                "/" + text(random, 30)),
                        one(
                                random,
                                "Host: localhost\r\n",
                                "Host: 127.0.0.1:1\r\n",
                                "Host: x y\r\n",
                                ""),
                        one(
                                random,
                                "",
                                "Content-Type: application/json\r\n",
                                "Content-Type: application/json; charset="
                                        + text(random, 6)
                                        + "\r\n",
                                "Origin: " + text(random, 12) + "\r\n",
                                "Accept: " + text(random, 12) + "\r\n",
                                "Range: bytes=5-1\r\n",
                                "Transfer-Encoding: chunked\r\n",
                                text(random, 9) + ": " + text(random, 9) + "\r\n",
                                "X: " + "y".repeat(random.nextInt(9_000)) + "\r\n"));
    }

    private static String body(Random random) {
        String good = one(random, GOOD, "{}", "{\"model\":\"m\",\"dataset\":\"d\"}", "");
        StringBuilder body = new StringBuilder(good);
        for (int flips = random.nextInt(3); flips > 0 && body.length() > 0; flips--) {
            body.setCharAt(random.nextInt(body.length()), (char) random.nextInt(256));
        }
        return body.toString();
    }

    private static String one(Random random, String... choices) {
        return choices[random.nextInt(choices.length)];
    }

    private static String text(Random random, int most) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(most) + 1; i > 0; i--) {
            text.append((char) (33 + random.nextInt(94)));
        }
        return text.toString();
    }

    private static String post(String headers, String type, String body) throws IOException {
        return send(
                "POST /api/sample-requests HTTP/1.1\r\nHost: localhost\r\nContent-Type: %s\r\n%s"
                        .formatted(type, headers),
                body);
    }

    /** The whole answer; empty where the server hangs up. */
    private static String send(String head, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        try (Socket socket = connected()) {
            var request = new ByteArrayOutputStream();
            request.writeBytes(head.getBytes(StandardCharsets.UTF_8));
            request.writeBytes(
                    "Connection: close\r\nContent-Length: %d\r\n\r\n"
                            .formatted(bytes.length)
                            .getBytes(StandardCharsets.US_ASCII));
            request.writeBytes(bytes);
            socket.getOutputStream().write(request.toByteArray());
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (SocketException e) {
            return "";
        }
    }

    private static Socket connected() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), operations.port());
        socket.setSoTimeout(60_000);
        return socket;
    }

    /**
     * @param status all of it, or its first digit
     */
    private static void assertProblem(String answer, int status) {
        assertThat(answer)
                .startsWith("HTTP/1.1 " + status)
                .contains("Content-Type: application/problem+json")
                .contains("\"detail\":");
    }
}
