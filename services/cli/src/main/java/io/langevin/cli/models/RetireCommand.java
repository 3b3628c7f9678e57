package io.langevin.cli.models;

import io.langevin.cli.Connection;
import io.langevin.records.ModelAction;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Takes a model out of every sampler. */
@Command(
        name = "retire",
        description = "Take a model out of service: requests for it are refused from then on.")
public final class RetireCommand implements Callable<Integer> {
    @Mixin Connection connection;

    @Parameters(paramLabel = "MODEL", description = "Name of the model.")
    String model;

    @Override
    public Integer call() throws InterruptedException {
        ModelChanges.ask(connection, model, ModelAction.RETIRE, null, 0);
        System.out.printf("%s is retired%n", model);
        return 0;
    }
}
