package io.langevin.local;

import io.langevin.cli.LangevinCommand;
import picocli.CommandLine;

/** The command line with everything: what {@code ./langevin} starts. */
public final class Langevin {
    private Langevin() {}

    public static void main(String[] args) {
        CommandLine line = LangevinCommand.commandLine();
        line.addSubcommand(new UpCommand());
        line.addSubcommand(new DemoCommand());
        System.exit(line.execute(args));
    }
}
