package io.langevin.cli.runs;

import io.langevin.cli.Connection;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Publishes an order for a run to go on. */
@Command(name = "resume", description = "Ask for a paused run to go on from where it was saved.")
public final class ResumeCommand implements Callable<Integer> {
    @Mixin Connection connection;

    @Parameters(paramLabel = "ID", description = "The run's id.")
    String id;

    @Option(names = "--reason", defaultValue = "", description = "Why, for the run's state.")
    String reason;

    @Override
    public Integer call() throws InterruptedException {
        Orders.give(connection, id, false, reason);
        return 0;
    }
}
