package io.langevin.cli.models;

import static io.langevin.cli.models.ModelChanges.digits;
import static io.langevin.messaging.rules.RecordRules.require;

import io.langevin.cli.Connection;
import io.langevin.records.ModelAction;
import io.langevin.records.ModelChangeResult;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Gives a model another checkpoint, or its candidate a share of the requests. */
@Command(
        name = "promote",
        description = "Have a model's candidate, or another checkpoint, serve from now on.",
        footer = {
            "",
            "For example:",
            "  langevin promote clothes                 the candidate that waits",
            "  langevin promote clothes 3fa94c1d2b77    a checkpoint by its first digits",
            "  langevin promote clothes --share 0.1     the candidate serves a tenth of the requests"
        })
public final class PromoteCommand implements Callable<Integer> {
    @Mixin Connection connection;

    @Parameters(index = "0", paramLabel = "MODEL", description = "Name of the model.")
    String model;

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "CHECKPOINT",
            description = "Artifact id, or its first digits where the model has it.")
    String checkpoint;

    @Option(
            names = "--share",
            paramLabel = "SHARE",
            description =
                    "Let it serve this share of the requests that name no checkpoint, 0 to 1,"
                            + " as the model's candidate.")
    Double share;

    @Override
    public Integer call() throws InterruptedException {
        require(
                checkpoint == null || checkpoint.matches("[0-9a-f]{6,64}"),
                "CHECKPOINT",
                "be 6 to 64 hexadecimal digits",
                checkpoint);
        if (share != null) {
            require(share >= 0 && share <= 1, "--share", "be 0 to 1", share);
            ModelChangeResult result =
                    ModelChanges.ask(connection, model, ModelAction.SHARE, checkpoint, share);
            System.out.printf(
                    "%s: candidate %s serves %.0f %% once it is loaded, %s the rest%n",
                    model,
                    digits(result.getCandidate()),
                    100 * share,
                    digits(result.getCheckpoint()));
            return 0;
        }
        ModelChangeResult result =
                ModelChanges.ask(connection, model, ModelAction.PROMOTE, checkpoint, 0);
        System.out.printf(
                "%s: %s serves now; before it was %s%n",
                model, digits(result.getCheckpoint()), digits(result.getPrevious()));
        return 0;
    }
}
