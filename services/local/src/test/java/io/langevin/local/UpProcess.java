package io.langevin.local;

import io.langevin.messaging.KafkaConfig;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/** {@code langevin up} in a process of its own, on ports that stay the same over restarts. */
final class UpProcess implements AutoCloseable {
    private final Path folder;
    private final Path userHome;
    private final int kafkaPort = freePort();
    private final int registryPort = freePort();
    private final int pagePort = freePort();
    private final List<String> said = Collections.synchronizedList(new ArrayList<>());
    private Process process;

    UpProcess(Path folder) {
        this(folder, folder);
    }

    /**
     * @param folder of its data
     * @param userHome where it leaves its note
     */
    UpProcess(Path folder, Path userHome) {
        this.folder = folder;
        this.userHome = userHome;
    }

    KafkaConfig kafka() {
        return KafkaConfig.of("127.0.0.1:" + kafkaPort, registry());
    }

    private String registry() {
        return "http://127.0.0.1:%d/apis/ccompat/v7".formatted(registryPort);
    }

    /** Returns when it says that it is up; otherwise fails with what it said. */
    void start() throws IOException {
        start(command("up", "--data-dir", folder.resolve("data").toString()));
    }

    /** The same where the system lets no file become larger. */
    void startWithFilesOfAtMost(int bytes) throws IOException {
        ProcessBuilder up = command("up", "--data-dir", folder.resolve("data").toString());
        List<String> limited = new ArrayList<>();
        limited.addAll(
                List.of("sh", "-c", "ulimit -f %d; exec \"$@\"".formatted(bytes / 512), "up"));
        limited.addAll(up.command());
        start(up.command(limited));
    }

    private void start(ProcessBuilder up) throws IOException {
        process = up.start();
        List<String> first = awaitLine("Langevin is up");
        said.addAll(first);
        if (!first.get(first.size() - 1).contains("Langevin is up")) {
            throw new AssertionError("up ended: " + first);
        }
    }

    /** What a second {@code up} on the same folder says, and how it ends. */
    Map.Entry<Integer, String> startAgain() throws IOException, InterruptedException {
        Process second = command("up", "--data-dir", folder.resolve("data").toString()).start();
        String said = new String(second.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return Map.entry(second.waitFor(), said);
    }

    /** Another command of the command line, about this platform. */
    Process run(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(java());
        command.addAll(List.of(arguments));
        command.addAll(List.of("--bootstrap", "127.0.0.1:" + kafkaPort, "--registry", registry()));
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }

    private ProcessBuilder command(String... arguments) {
        List<String> command = new ArrayList<>(java());
        command.addAll(List.of(arguments));
        command.addAll(
                List.of(
                        "--kafka-port",
                        "" + kafkaPort,
                        "--registry-port",
                        "" + registryPort,
                        "--page-port",
                        "" + pagePort));
        return new ProcessBuilder(command).redirectErrorStream(true);
    }

    private List<String> java() {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(
                List.of(
                        "-Xmx1g",
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path")));
        command.add("-Duser.home=" + userHome);
        command.add("-Dlangevin.home=" + Path.of("../..").toAbsolutePath().normalize());
        command.add("-Dlangevin.registry.home=" + System.getProperty("langevin.registry.home"));
        command.add("-Dai.djl.offline=true");
        command.add("-DDJL_CACHE_DIR=" + Path.of(System.getProperty("user.home"), ".djl.ai"));
        command.add(Langevin.class.getName());
        return command;
    }

    private List<String> awaitLine(String wanted) throws IOException {
        List<String> lines = new ArrayList<>();
        BufferedReader reader = process.inputReader();
        String line = reader.readLine();
        while (line != null) {
            lines.add(line);
            if (line.contains(wanted)) {
                drain(reader);
                break;
            }
            line = reader.readLine();
        }
        return lines;
    }

    /** So that the process never waits for somebody to read what it says. */
    private void drain(BufferedReader reader) {
        Thread thread =
                new Thread(
                        () ->
                                reader.lines()
                                        .forEach(
                                                line -> {
                                                    said.add(line);
                                                    System.err.println(line);
                                                }),
                        "up-output");
        thread.setDaemon(true);
        thread.start();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Its exit code, once it has ended by itself. */
    int awaitEnd() throws InterruptedException {
        return process.waitFor();
    }

    /** What it has said. */
    String said() {
        return String.join("\n", said);
    }

    /** SIGKILL: nothing in the process can do anything about it. */
    void kill() {
        process.destroyForcibly().onExit().join();
    }

    /** SIGTERM; its exit code. */
    int terminate() throws InterruptedException {
        process.destroy();
        return process.waitFor();
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        kill();
    }
}
