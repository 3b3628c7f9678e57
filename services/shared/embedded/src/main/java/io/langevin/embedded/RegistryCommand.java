package io.langevin.embedded;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Stream;

/** The command line of the registry's process. */
final class RegistryCommand {
    private RegistryCommand() {}

    static ProcessBuilder of(Path home, Path dataDir, int port, Path log) throws IOException {
        String classPath = launcher(dataDir) + File.pathSeparator + runner(home);
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        List<String> command =
                List.of(
                        java,
                        "-Xmx256m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-Dquarkus.http.host=127.0.0.1",
                        "-Dquarkus.http.port=" + port,
                        "-Dquarkus.datasource.jdbc.url=jdbc:h2:file:"
                                + dataDir.toAbsolutePath().resolve("schemas"),
                        // The default of 20 connections at start costs time and memory.
                        "-Dquarkus.datasource.jdbc.initial-size=1",
                        "-Dquarkus.datasource.jdbc.min-size=1",
                        "-cp",
                        classPath,
                        RegistryMain.class.getName());
        // Input stays a pipe that nobody writes to: its end tells the child that this process is
        // gone.
        return new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
    }

    /**
     * Copies the one class out of this program, whose other classes must not meet the registry's.
     */
    private static Path launcher(Path dataDir) throws IOException {
        Path folder = dataDir.toAbsolutePath().resolve("launcher");
        Path file = folder.resolve(RegistryMain.class.getName().replace('.', '/') + ".class");
        Files.createDirectories(file.getParent());
        try (InputStream bytes = RegistryMain.class.getResourceAsStream("RegistryMain.class")) {
            Files.copy(bytes, file, StandardCopyOption.REPLACE_EXISTING);
        }
        return folder;
    }

    private static Path runner(Path home) throws IOException {
        try (Stream<Path> files = Files.list(home)) {
            return files.filter(file -> file.getFileName().toString().endsWith("-runner.jar"))
                    .findFirst()
                    .orElseThrow(
                            () ->
                                    new IllegalStateException(
                                            "no *-runner.jar in "
                                                    + home.toAbsolutePath()
                                                    + ": unpack the registry there first"))
                    .toAbsolutePath();
        }
    }
}
