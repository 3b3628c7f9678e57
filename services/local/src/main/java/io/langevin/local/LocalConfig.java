package io.langevin.local;

import io.langevin.datasets.DatasetRoots;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * One data folder and the ports of a {@link LocalPlatform}; a port 0 takes a free one.
 *
 * @param dataDir everything that survives a restart
 * @param devices that networks run on
 * @param home where the platform's own files are, the system property {@code langevin.home}
 * @param datasets folders under which more data sets lie
 * @param extractor a TorchScript file that describes images that are judged; empty: random
 *     convolutions do
 */
public record LocalConfig(
        Path dataDir,
        Path home,
        int kafkaPort,
        int registryPort,
        int pagePort,
        LocalDevices devices,
        List<Path> datasets,
        Optional<Path> extractor) {

    /** On the processor. */
    public LocalConfig(Path dataDir, Path home, int kafkaPort, int registryPort, int pagePort) {
        this(dataDir, home, kafkaPort, registryPort, pagePort, LocalDevices.PROCESSOR);
    }

    LocalConfig(
            Path dataDir,
            Path home,
            int kafkaPort,
            int registryPort,
            int pagePort,
            LocalDevices devices) {
        this(
                dataDir,
                home,
                kafkaPort,
                registryPort,
                pagePort,
                devices,
                List.of(),
                Optional.empty());
    }

    public LocalConfig {
        dataDir = dataDir.toAbsolutePath().normalize();
        pagePort = pagePort == 0 ? freePort() : pagePort;
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException("no free port", e);
        }
    }

    public static Path homeOfProcess() {
        return Path.of(System.getProperty("langevin.home", "."));
    }

    URI artifacts() {
        return dataDir.resolve("artifacts").toUri();
    }

    Path ownDatasets() {
        return dataDir.resolve("datasets");
    }

    /** All folders under which data sets lie: of two of one name, that of the first folder. */
    DatasetRoots roots() {
        return new DatasetRoots(
                Stream.of(datasets.stream(), Stream.of(ownDatasets(), bundledDatasets()))
                        .flatMap(folders -> folders)
                        .toList());
    }

    public Path bundledDatasets() {
        return home.resolve("services/local/bundled/datasets");
    }

    public Path bundledModels() {
        return home.resolve("services/local/bundled/models");
    }
}
