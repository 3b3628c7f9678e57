package io.langevin.local;

import io.langevin.cli.ExtraCommand;
import io.langevin.cli.LangevinCommand;
import io.langevin.paper.AblationsFigure;
import io.langevin.paper.PaperCommand;
import io.langevin.process.InertStream;
import java.util.ServiceLoader;
import picocli.CommandLine;

/** The command line with everything: what {@code ./langevin} starts. */
public final class Langevin {
    private Langevin() {}

    public static void main(String[] args) {
        InertStream.install();
        if (args.length == 0 || !args[0].equals("up")) {
            // a person reads this terminal: no log beside the command's own words
            System.setProperty("org.slf4j.simpleLogger.defaultLogLevel", "warn");
        }
        System.exit(commandLine().execute(args));
    }

    /** All commands that this class path has. */
    public static CommandLine commandLine() {
        CommandLine line = LangevinCommand.commandLine();
        line.addSubcommand(new UpCommand());
        line.addSubcommand(new DemoCommand());
        line.addSubcommand(new ImportCommand());
        line.addSubcommand(new PlanCommand());
        line.addSubcommand(new DatasetsCommand());
        line.addSubcommand(new DoctorCommand());
        line.addSubcommand(new PaperCommand());
        line.addSubcommand(new CommandLine(new AblationsFigure()).setCommandName("ablate"));
        ServiceLoader.load(ExtraCommand.class).forEach(line::addSubcommand);
        return line;
    }
}
