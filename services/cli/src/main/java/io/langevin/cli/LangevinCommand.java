package io.langevin.cli;

import io.langevin.cli.letters.DeadCommand;
import io.langevin.cli.models.ExportCommand;
import io.langevin.cli.models.LineageCommand;
import io.langevin.cli.models.ModelsCommand;
import io.langevin.cli.models.PromoteCommand;
import io.langevin.cli.models.RetireCommand;
import io.langevin.cli.models.RollbackCommand;
import io.langevin.cli.runs.PauseCommand;
import io.langevin.cli.runs.RaiseCommand;
import io.langevin.cli.runs.ResumeCommand;
import io.langevin.cli.runs.RulesCommand;
import io.langevin.cli.store.ArtifactsCommand;
import io.langevin.cli.terminal.CommandFailure;
import io.langevin.cli.terminal.CompletionCommand;
import io.langevin.client.NotCompletedException;
import io.langevin.messaging.rules.RejectedException;
import io.langevin.process.ConfigurationException;
import io.langevin.process.Inert;
import io.langevin.process.OutOfReachException;
import io.langevin.process.Version;
import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;

/**
 * The command line as a whole; {@code up}, {@code demo} and {@code import} join it where the
 * services are there.
 */
@Command(
        name = "langevin",
        version = "langevin " + Version.NUMBER,
        description = "Score-based image generation on Apache Kafka.",
        synopsisSubcommandLabel = "COMMAND",
        footer = {
            "",
            "Start here:",
            "  langevin demo --once    a broker, every service, a training, pictures; 4 minutes",
            "  langevin up             the platform, until Ctrl-C",
            "  langevin bench --help   measurements",
            "",
            "Exit codes: 0 done, 1 failed, 2 wrong usage."
        },
        subcommands = {
            SampleCommand.class,
            RetrainCommand.class,
            ScheduleCommand.class,
            ModelsCommand.class,
            PromoteCommand.class,
            RollbackCommand.class,
            RetireCommand.class,
            ExportCommand.class,
            LineageCommand.class,
            RulesCommand.class,
            ArtifactsCommand.class,
            DeadCommand.class,
            PauseCommand.class,
            ResumeCommand.class,
            RaiseCommand.class,
            PublishCommand.class,
            JobsCommand.class,
            ImagesCommand.class,
            WatchCommand.class,
            CancelCommand.class,
            TopicsCommand.class,
            DescribeCommand.class,
            ReproduceCommand.class,
            CompletionCommand.class
        })
public final class LangevinCommand implements Runnable {
    private static final int FAILED = 1;
    private static final int WRONG_USAGE = 2;

    @CommandLine.Spec CommandLine.Model.CommandSpec spec;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            scope = ScopeType.INHERIT,
            description = "Say what this is for and which options it has.")
    boolean help;

    @Option(
            names = {"-V", "--version"},
            versionHelp = true,
            description = "Say which version this is.")
    boolean version;

    /** A failure becomes one sentence and a code; {@code LANGEVIN_TRACE=1} adds the stack. */
    public static CommandLine commandLine() {
        CommandLine line = new CommandLine(new LangevinCommand());
        line.setExecutionExceptionHandler(LangevinCommand::explain);
        line.setParameterExceptionHandler(LangevinCommand::explainUsage);
        line.setUsageHelpAutoWidth(true);
        return line;
    }

    /** What is wrong, and where the whole usage is said: it may fill the screen. */
    private static int explainUsage(ParameterException e, String[] arguments) {
        CommandLine command = e.getCommandLine();
        command.getErr()
                .println(
                        "langevin: %s; see '%s --help'"
                                .formatted(
                                        Inert.text(String.valueOf(e.getMessage())),
                                        command.getCommandSpec().qualifiedName()));
        if (!command.getSubcommands().isEmpty()) {
            command.usage(command.getErr()); // a list to choose from
        }
        return WRONG_USAGE;
    }

    private static int explain(Exception e, CommandLine line, CommandLine.ParseResult arguments) {
        PrintWriter err = line.getErr();
        boolean usage = e instanceof RejectedException; // a value that was given
        boolean expected =
                usage
                        || e instanceof CommandFailure
                        || e instanceof NotCompletedException
                        || e instanceof ConfigurationException
                        || e instanceof OutOfReachException;
        String message = e.getMessage() == null ? e.toString() : e.getMessage();
        String said = expected ? message : e.getClass().getSimpleName() + ": " + message;
        ("langevin: " + said).lines().map(Inert::text).forEach(err::println);
        if ("1".equals(System.getenv("LANGEVIN_TRACE"))) {
            e.printStackTrace(err);
        }
        return usage ? WRONG_USAGE : FAILED;
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "no command is named");
    }
}
