package io.langevin.cli.runs;

import io.langevin.cli.Connection;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Publishes an order for a run to pause. */
@Command(
        name = "pause",
        description =
                "Ask for a retraining run to pause: its training is saved, and its worker takes the next one.")
public final class PauseCommand implements Callable<Integer> {
    @Mixin Connection connection;

    @Parameters(paramLabel = "ID", description = "The run's id.")
    String id;

    @Option(names = "--reason", defaultValue = "", description = "Why, for the run's state.")
    String reason;

    @Override
    public Integer call() throws InterruptedException {
        Orders.give(connection, id, true, reason);
        return 0;
    }
}
