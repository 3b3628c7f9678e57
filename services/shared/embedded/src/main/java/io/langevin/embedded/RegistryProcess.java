package io.langevin.embedded;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An Apicurio registry in a child process, listening on the loopback address only.
 *
 * <p>Its schemas live in the data folder. The child ends with {@link #close} and whenever this
 * process ends, also when this process is killed. A child that ends by itself is started again.
 */
public final class RegistryProcess implements AutoCloseable {
    private static final Duration STARTS_WITHIN = Duration.ofSeconds(60);
    private static final Duration ANSWERS_WITHIN = Duration.ofSeconds(5);
    private static final long POLL_MILLIS = 50;
    private static final int QUOTED_LINES = 15;
    private static final int OK = 200;

    private static final Logger LOG = LoggerFactory.getLogger(RegistryProcess.class);

    /** One that ends sooner than this after its start does so because of its start. */
    private static final Duration RAN_WELL = Duration.ofMinutes(1);

    private static final int MOST_RESTARTS = 3;

    private static final Duration ASKED_EVERY = Duration.ofSeconds(5);

    /** One that does not answer for so long will not answer any more. */
    private static final Duration HANGS_AFTER = Duration.ofSeconds(30);

    private final Child child;
    private final FolderLock lock;
    private final CountDownLatch end = new CountDownLatch(1);
    private final CompletableFuture<String> death = new CompletableFuture<>();
    private Process process;

    /** Restarts in a row; the one thread that watches writes it. */
    private volatile int restarts;

    private boolean closed;

    /** What a child is started with. */
    private record Child(Path home, Path dataDir, int port) {
        Path log() {
            return dataDir.resolve("registry.log");
        }

        Process start() throws IOException {
            return RegistryCommand.of(home, dataDir, port, log()).start();
        }
    }

    private final HttpClient http = HttpClient.newHttpClient();

    private RegistryProcess(Child child, FolderLock lock, Process process) {
        this.child = child;
        this.lock = lock;
        this.process = process;
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
        return "http://127.0.0.1:%d/apis/ccompat/v7".formatted(child.port());
    }

    /** Completes when the child has ended and cannot be started again: why. */
    CompletableFuture<String> death() {
        return death;
    }

    /** Ends the child and gives the folder back. */
    @Override
    public void close() throws IOException {
        Process last;
        synchronized (this) {
            closed = true;
            last = process;
        }
        end.countDown();
        // The files are safe against a kill at any time, and a kill is the one end that cannot
        // hang.
        last.destroyForcibly().onExit().join();
        lock.close();
    }

    private static RegistryProcess start(Path home, Path dataDir, int port, FolderLock lock)
            throws IOException, InterruptedException {
        var child = new Child(home, dataDir, port);
        var registry = new RegistryProcess(child, lock, child.start());
        try {
            registry.awaitAnswer(registry.process);
            registry.demandCompatibility();
            registry.watch(registry.process);
            registry.watchAnswers();
            return registry;
        } catch (IOException | InterruptedException | RuntimeException e) {
            registry.process.destroyForcibly().onExit().join();
            throw e;
        }
    }

    private void watch(Process running) {
        long started = System.nanoTime();
        running.onExit()
                .thenAcceptAsync(
                        ended -> {
                            try {
                                startAgain(ended, System.nanoTime() - started);
                            } catch (IOException | RuntimeException e) {
                                die("it cannot be started again: " + e.getMessage());
                            } catch (InterruptedException e) {
                                Thread.currentThread().interrupt();
                            }
                        });
    }

    /** A process that hangs does not end by itself: it is killed, and then started again. */
    private void watchAnswers() {
        Thread thread =
                new Thread(
                        () -> {
                            try {
                                killWhatHangs();
                            } catch (InterruptedException e) {
                                Thread.currentThread().interrupt();
                            }
                        },
                        "registry-watch");
        thread.setDaemon(true);
        thread.start();
    }

    private void killWhatHangs() throws InterruptedException {
        Process asked = current(); // it has answered: its start waited for that
        long answered = System.nanoTime();
        while (!end.await(ASKED_EVERY.toMillis(), TimeUnit.MILLISECONDS)) {
            Process running = current();
            boolean fresh = running != asked;
            if (fresh || answers()) {
                // one that starts has as long as a start may take
                answered = System.nanoTime() + (fresh ? STARTS_WITHIN.toNanos() : 0);
                asked = running;
            } else if (System.nanoTime() - answered > HANGS_AFTER.toNanos()) {
                LOG.atWarn().log("the registry does not answer any more: it is killed");
                running.destroyForcibly();
            }
        }
    }

    private synchronized Process current() {
        return process;
    }

    private void startAgain(Process ended, long ranNanos) throws IOException, InterruptedException {
        String why = "exit code " + ended.exitValue();
        if (ranNanos > RAN_WELL.toNanos()) {
            restarts = 0;
        }
        while (++restarts <= MOST_RESTARTS) {
            Process next;
            synchronized (this) {
                if (closed) {
                    return;
                }
                LOG.atWarn().addKeyValue("reason", why).log("the registry is started again");
                next = child.start();
                process = next;
            }
            try {
                awaitAnswer(next);
                LOG.atInfo().log("the registry answers again");
                watch(next);
                return;
            } catch (IllegalStateException e) {
                why = e.getMessage();
                next.destroyForcibly().onExit().join();
            }
        }
        die("%d times in a row; see %s; %s".formatted(restarts, child.log(), why));
    }

    /** What ends because it is closed has not died. */
    private synchronized void die(String why) {
        if (!closed) {
            death.complete(why);
        }
    }

    private void awaitAnswer(Process starting) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + STARTS_WITHIN.toNanos();
        while (!answers()) {
            if (starting.waitFor(POLL_MILLIS, TimeUnit.MILLISECONDS)) {
                throw new IllegalStateException(
                        "the registry ended with exit code " + starting.exitValue() + lastLines());
            }
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException(
                        "the registry did not answer within " + STARTS_WITHIN + lastLines());
            }
        }
    }

    private boolean answers() throws InterruptedException {
        try {
            return send(request().GET()) == OK;
        } catch (IOException notYet) { // refused, timed out, or cut off while it starts
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
        return HttpRequest.newBuilder(URI.create(url() + "/config")).timeout(ANSWERS_WITHIN);
    }

    private int send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return http.send(request.build(), BodyHandlers.discarding()).statusCode();
    }

    private String lastLines() throws IOException {
        List<String> lines = Files.readAllLines(child.log());
        List<String> last = lines.subList(Math.max(0, lines.size() - QUOTED_LINES), lines.size());
        return "; " + child.log() + " ends with:\n" + String.join("\n", last);
    }
}
