package io.langevin.cli.terminal;

import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** What a shell needs to complete commands and options. */
@Command(
        name = "completion",
        description = "Print a script for bash or zsh that completes commands and options.",
        footer = {"", "For example:", "  source <(./langevin completion)"})
public final class CompletionCommand implements Runnable {
    @Spec CommandSpec spec;

    @Override
    public void run() {
        System.out.println(AutoComplete.bash("langevin", spec.root().commandLine()));
    }
}
