package io.langevin.cli.runs;

import io.langevin.cli.Connection;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Publishes an order for a run to go before others. */
@Command(
        name = "raise",
        description = "Ask for a retraining run that waits to be trained before the others.")
public final class RaiseCommand implements Callable<Integer> {
    @Mixin Connection connection;

    @Parameters(paramLabel = "ID", description = "The run's id.")
    String id;

    @Override
    public Integer call() throws InterruptedException {
        Orders.raise(connection, id);
        return 0;
    }
}
