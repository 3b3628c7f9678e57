package io.langevin.sampling;

import io.langevin.messaging.KafkaConfig;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** A main class of this class path in a process of its own, to be killed. */
final class ChildProcess implements AutoCloseable {
    private static final long SECONDS_TO_STOP = 60;

    private final ProcessBuilder builder;
    private Process process;

    private ChildProcess(ProcessBuilder builder) throws IOException {
        this.builder = builder;
        this.process = builder.start();
    }

    /**
     * @param log what it says is added there
     */
    static ChildProcess start(
            Class<?> main,
            List<String> options,
            List<String> arguments,
            Map<String, String> environment,
            File log)
            throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
        command.addAll(options);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(arguments);
        var builder =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.appendTo(log));
        builder.environment().putAll(environment);
        return new ChildProcess(builder);
    }

    /** What a worker of the sampling service needs to know; one process to an instance. */
    static Map<String, String> worker(KafkaConfig kafka, Path artifacts, String instance) {
        Map<String, String> environment = new TreeMap<>();
        environment.put("LANGEVIN_KAFKA_BOOTSTRAP_SERVERS", kafka.bootstrap());
        environment.put("LANGEVIN_REGISTRY_URL", kafka.registry());
        environment.put("LANGEVIN_TOPIC_PREFIX", kafka.prefix());
        environment.put("LANGEVIN_ARTIFACTS", artifacts.toUri().toString());
        environment.put("LANGEVIN_SAMPLING_INSTANCE", instance);
        environment.put("LANGEVIN_HTTP_PORT", "0");
        return environment;
    }

    /**
     * A broker.
     *
     * @param port of 127.0.0.1
     */
    static ChildProcess broker(Path data, int port, File log) throws IOException {
        return start(
                BrokerMain.class,
                List.of("-Xmx384m"),
                List.of(data.toString(), "" + port),
                Map.of(),
                log);
    }

    /** A port of 127.0.0.1 on which nobody listens. */
    static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** SIGKILL. */
    void kill() {
        process.destroyForcibly();
        process.onExit().join();
    }

    /** SIGSTOP: it is there, its connections too, but it does not answer. */
    void suspend() throws IOException, InterruptedException {
        signal("STOP");
    }

    /** SIGCONT. */
    void resume() throws IOException, InterruptedException {
        signal("CONT");
    }

    private void signal(String name) throws IOException, InterruptedException {
        run("kill", "-" + name, "" + process.pid());
    }

    /** Whatever it writes to a file fails, as on a full disk. */
    void fillDisk() throws IOException, InterruptedException {
        run("prlimit", "--pid", "" + process.pid(), "--fsize=0:");
    }

    /** There is room on its disk again. */
    void clearDisk() throws IOException, InterruptedException {
        run("prlimit", "--pid", "" + process.pid(), "--fsize=unlimited:");
    }

    private static void run(String... command) throws IOException, InterruptedException {
        int exit = new ProcessBuilder(command).start().waitFor();
        if (exit != 0) {
            throw new IllegalStateException(
                    "%s ended with %d".formatted(String.join(" ", command), exit));
        }
    }

    /** SIGTERM, as an orchestrator does it. */
    int stop() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(SECONDS_TO_STOP, TimeUnit.SECONDS)) {
            throw new AssertionError("did not stop within %d s".formatted(SECONDS_TO_STOP));
        }
        return process.exitValue();
    }

    /** The same once more. */
    void startAgain() throws IOException {
        if (process.isAlive()) {
            throw new IllegalStateException("it runs");
        }
        process = builder.start();
    }

    @Override
    public void close() {
        kill();
    }
}
