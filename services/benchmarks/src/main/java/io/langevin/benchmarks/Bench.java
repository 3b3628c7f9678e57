package io.langevin.benchmarks;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** Measurements as commands: {@code ./langevin bench …}. */
@Command(
        name = "langevin bench",
        description =
                "Measure. Every figure is a ratio of two that were measured in turn in the same run.",
        synopsisSubcommandLabel = "MEASUREMENT",
        subcommands = {
            NetworkBench.class,
            DistanceBench.class,
            EventsBench.class,
            ServingBench.class,
            StartBench.class,
            MemoryBench.class,
            QualityBench.class
        })
public final class Bench implements Runnable {
    @Spec CommandSpec spec;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            scope = ScopeType.INHERIT,
            description = "Say what is measured and which options there are.")
    boolean help;

    public static void main(String[] args) {
        System.setProperty("org.slf4j.simpleLogger.defaultLogLevel", "warn");
        System.exit(new CommandLine(new Bench()).execute(args));
    }

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(), "which measurement? See langevin bench --help");
    }
}
