package io.langevin.cli.models;

import static io.langevin.cli.models.ModelChanges.digits;

import io.langevin.cli.Connection;
import io.langevin.records.ModelAction;
import io.langevin.records.ModelChangeResult;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Brings back what a model had before. */
@Command(
        name = "rollback",
        description = "Have the checkpoint serve again that a model had before; twice undoes it.")
public final class RollbackCommand implements Callable<Integer> {
    @Mixin Connection connection;

    @Parameters(paramLabel = "MODEL", description = "Name of the model.")
    String model;

    @Override
    public Integer call() throws InterruptedException {
        ModelChangeResult result =
                ModelChanges.ask(connection, model, ModelAction.ROLL_BACK, null, 0);
        System.out.printf(
                "%s: %s serves again; it was %s%n",
                model, digits(result.getCheckpoint()), digits(result.getPrevious()));
        return 0;
    }
}
