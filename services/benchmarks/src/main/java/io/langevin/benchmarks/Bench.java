package io.langevin.benchmarks;

import io.langevin.benchmarks.tasks.RestorationBench;
import io.langevin.cli.ExtraCommand;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Measurements as commands: {@code ./langevin bench …}. */
@Command(
        name = "bench",
        description =
                "Measure. Every figure is a ratio of two that were measured in turn in the same run.",
        synopsisSubcommandLabel = "MEASUREMENT",
        subcommands = {
            NetworkBench.class,
            TrainingBench.class,
            DistanceBench.class,
            EventsBench.class,
            ServingBench.class,
            StartBench.class,
            MemoryBench.class,
            QualityBench.class,
            RestorationBench.class
        })
public final class Bench implements Runnable, ExtraCommand {
    @Spec CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "no measurement is named");
    }
}
