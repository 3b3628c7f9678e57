package io.langevin.embedded;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * An Apicurio registry in a child process, listening on the loopback address only.
 *
 * <p>Its schemas live in the data folder. The child ends with {@link #close} and whenever this
 * process ends, also when this process is killed.
 */
public final class RegistryProcess implements AutoCloseable {
    private static final Duration STARTS_WITHIN = Duration.ofSeconds(60);
    private static final Duration ANSWERS_WITHIN = Duration.ofSeconds(5);
    private static final long POLL_MILLIS = 50;
    private static final int QUOTED_LINES = 15;
    private static final int OK = 200;

    private final Process process;
    private final FolderLock lock;
    private final Path log;
    private final String url;
    private final HttpClient http = HttpClient.newHttpClient();

    private RegistryProcess(Process process, FolderLock lock, Path log, String url) {
        this.process = process;
        this.lock = lock;
        this.log = log;
        this.url = url;
    }

    /**
     * Starts a registry and returns once it answers and refuses incompatible schemas.
     *
     * @param home the unpacked distribution of Apicurio
     * @param port where clients connect; 0 takes a free one
     * @throws IllegalStateException if the port is taken, another registry runs on the folder, or
     *     this one does not start; the message then ends with the last lines of its log
     */
    public static RegistryProcess start(Path home, Path dataDir, int port)
            throws IOException, InterruptedException {
        FolderLock lock = FolderLock.take(dataDir);
        try {
            return start(home, dataDir, LoopbackPort.free(port), lock);
        } catch (IOException | InterruptedException | RuntimeException e) {
            lock.close();
            throw e;
        }
    }

    /** The base URL for clients of Confluent's Schema Registry. */
    public String url() {
        return url;
    }

    /** Ends the child and gives the folder back. */
    @Override
    public void close() throws IOException {
        // The files are safe against a kill at any time, and a kill is the one end that cannot
        // hang.
        process.destroyForcibly().onExit().join();
        lock.close();
    }

    private static RegistryProcess start(Path home, Path dataDir, int port, FolderLock lock)
            throws IOException, InterruptedException {
        Path log = dataDir.resolve("registry.log");
        Process process = RegistryCommand.of(home, dataDir, port, log).start();
        var registry =
                new RegistryProcess(
                        process, lock, log, "http://127.0.0.1:" + port + "/apis/ccompat/v7");
        try {
            registry.awaitAnswer();
            registry.demandCompatibility();
            return registry;
        } catch (IOException | InterruptedException | RuntimeException e) {
            process.destroyForcibly().onExit().join();
            throw e;
        }
    }

    private void awaitAnswer() throws IOException, InterruptedException {
        long deadline = System.nanoTime() + STARTS_WITHIN.toNanos();
        while (!answers()) {
            if (process.waitFor(POLL_MILLIS, TimeUnit.MILLISECONDS)) {
                throw new IllegalStateException(
                        "the registry ended with exit code " + process.exitValue() + lastLines());
            }
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException(
                        "the registry did not answer within " + STARTS_WITHIN + lastLines());
            }
        }
    }

    private boolean answers() throws IOException, InterruptedException {
        try {
            return send(request().GET()) == OK;
        } catch (ConnectException | HttpTimeoutException notYet) {
            return false;
        }
    }

    /** Apicurio checks nothing unless told to. */
    private void demandCompatibility() throws IOException, InterruptedException {
        var body = BodyPublishers.ofString("{\"compatibility\":\"FULL_TRANSITIVE\"}");
        int status = send(request().header("Content-Type", "application/json").PUT(body));
        if (status != OK) {
            throw new IllegalStateException(
                    "the registry refused FULL_TRANSITIVE with status " + status + lastLines());
        }
    }

    private HttpRequest.Builder request() {
        return HttpRequest.newBuilder(URI.create(url + "/config")).timeout(ANSWERS_WITHIN);
    }

    private int send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return http.send(request.build(), BodyHandlers.discarding()).statusCode();
    }

    private String lastLines() throws IOException {
        List<String> lines = Files.readAllLines(log);
        List<String> last = lines.subList(Math.max(0, lines.size() - QUOTED_LINES), lines.size());
        return "; " + log + " ends with:\n" + String.join("\n", last);
    }
}
