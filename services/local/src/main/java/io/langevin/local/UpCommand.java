package io.langevin.local;

import static io.langevin.messaging.rules.RecordRules.between;
import static io.langevin.messaging.rules.RecordRules.require;

import io.langevin.cli.terminal.CommandFailure;
import io.langevin.cli.terminal.Writable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Runs the platform until Ctrl-C. */
@Command(
        name = "up",
        description =
                "Run the whole platform here: a Kafka broker, a schema registry, every service and"
                        + " the dashboard. Its state survives a restart. Ctrl-C stops it.")
final class UpCommand implements Callable<Integer> {
    private static final int LARGEST_PORT = 65_535;

    @Option(
            names = "--data-dir",
            paramLabel = "DIR",
            defaultValue = "data",
            description = "Where everything is kept (default: ${DEFAULT-VALUE}).")
    Path dataDir;

    @Option(
            names = "--kafka-port",
            defaultValue = "9092",
            description = "Port of the broker; 0 takes a free one (default: ${DEFAULT-VALUE}).")
    int kafkaPort;

    @Option(
            names = "--registry-port",
            defaultValue = "8081",
            description = "Port of the registry; 0 takes a free one (default: ${DEFAULT-VALUE}).")
    int registryPort;

    @Option(
            names = "--page-port",
            defaultValue = "8090",
            description = "Port of the dashboard; 0 takes a free one (default: ${DEFAULT-VALUE}).")
    int pagePort;

    @Option(
            names = "--datasets",
            paramLabel = "DIR",
            description =
                    "A folder under which more data sets lie, one a folder or file; may be repeated.")
    List<Path> datasets = List.of();

    @Option(
            names = "--extractor",
            paramLabel = "FILE",
            description =
                    "A TorchScript network, such as FID's Inception, that describes images when"
                            + " checkpoints are judged (default: random convolutions).")
    Path extractor;

    @Mixin DeviceOptions on;

    @Override
    public Integer call() throws IOException, InterruptedException, ExecutionException {
        between("--kafka-port", kafkaPort, 0, LARGEST_PORT);
        between("--registry-port", registryPort, 0, LARGEST_PORT);
        between("--page-port", pagePort, 0, LARGEST_PORT);
        Writable.requireFolder("--data-dir", dataDir);
        for (Path folder : datasets) {
            require(Files.isDirectory(folder), "--datasets", "be a folder that exists", folder);
        }
        require(
                extractor == null || Files.isRegularFile(extractor),
                "--extractor",
                "be a file that exists",
                extractor);
        var config =
                new LocalConfig(
                        dataDir,
                        LocalConfig.homeOfProcess(),
                        kafkaPort,
                        registryPort,
                        pagePort,
                        on.devices(),
                        datasets,
                        Optional.ofNullable(extractor));
        try (RunningHere here = RunningHere.start(config)) {
            var address = here.platform().address();
            System.out.printf(
                    """
                    Langevin is up on %s
                      dashboard   %s
                      broker      %s
                      registry    %s
                    Try, in another terminal:
                      ./langevin sample --model fashion --count 16 --seed 7 --grid a.png
                    """,
                    config.dataDir(), address.page(), address.bootstrap(), address.registry());
            throw new CommandFailure(here.platform().failure().get());
        }
    }
}
