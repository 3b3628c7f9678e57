package io.langevin.cli.letters;

import picocli.CommandLine.Command;

/** The dead letters of all topics. */
@Command(
        name = "dead",
        description = "Records that no reader could use: list them, look at one, send it again.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            ListLettersCommand.class,
            ShowLetterCommand.class,
            RedriveCommand.class,
            DiscardCommand.class
        })
public final class DeadCommand {}
