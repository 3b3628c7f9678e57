package io.langevin.benchmarks;

import io.langevin.local.LocalConfig;
import io.langevin.local.LocalPlatform;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** How soon the platform answers. */
@Command(
        name = "start",
        description = "Seconds from the start of this process until the whole platform answers.")
final class StartBench implements Callable<Integer> {
    @Override
    public Integer call() throws Exception {
        Path data = Files.createTempDirectory("langevin-bench");
        LocalConfig config = new LocalConfig(data, LocalConfig.homeOfProcess(), 0, 0, 0);
        try (LocalPlatform platform = LocalPlatform.start(config)) {
            double first = ManagementFactory.getRuntimeMXBean().getUptime() / 1e3;
            System.out.printf("first start on an empty folder   %.1f s%n", first);
            System.out.printf(
                    "broker                           %s%n", platform.kafka().bootstrap());
        }
        double again =
                Timing.seconds(
                        () -> {
                            try (LocalPlatform platform = LocalPlatform.start(config)) {
                                platform.kafka();
                            }
                        });
        System.out.printf("again, warm, stop counted in     %.1f s%n", again);
        return 0;
    }
}
