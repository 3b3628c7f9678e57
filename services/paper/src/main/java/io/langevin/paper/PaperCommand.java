package io.langevin.paper;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The paper's figures: {@code ./langevin paper …}. */
@Command(
        name = "paper",
        description = "Make a figure of the paper, as a picture and the numbers in it.",
        synopsisSubcommandLabel = "FIGURE",
        subcommands = {
            InitialNoiseFigure.class,
            ConditioningFigure.class,
            AveragingFigure.class,
            AblationsFigure.class,
            LossPerLevelFigure.class,
            NearestNeighboursFigure.class
        },
        footer = {
            "",
            "Nothing needs to be running. For example:",
            "  langevin paper fig2 --out figures",
            "  langevin paper fig5 --iterations 2000 --out figures"
        })
public final class PaperCommand implements Runnable {
    @Spec CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "no figure is named");
    }
}
