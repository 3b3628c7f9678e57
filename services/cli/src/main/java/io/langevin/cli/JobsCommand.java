package io.langevin.cli;

import static io.langevin.messaging.Topics.JOB_STATES;
import static io.langevin.messaging.rules.RecordRules.atLeast;

import io.langevin.cli.terminal.CommandFailure;
import io.langevin.cli.terminal.Output;
import io.langevin.client.PlatformClient;
import io.langevin.process.Inert;
import io.langevin.records.JobState;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Lists requests and runs. */
@Command(name = "jobs", description = "List requests and runs, newest first, or show one.")
final class JobsCommand implements Callable<Integer> {
    @Mixin Connection connection;
    @Mixin Output output;

    @Parameters(arity = "0..1", paramLabel = "ID", description = "A request's or run's id.")
    String id;

    @Option(
            names = "--limit",
            defaultValue = "30",
            description = "How many (default: ${DEFAULT-VALUE}).")
    int limit;

    @Override
    public Integer call() throws InterruptedException {
        atLeast("--limit", limit, 1);
        Map<String, JobState> latest;
        try (PlatformClient platform = connection.platform()) {
            latest = platform.latest(JOB_STATES);
        }
        if (id != null) {
            JobState state = latest.get(id);
            if (state == null) {
                throw new CommandFailure("no request or run has the id " + Inert.text(id));
            }
            print(List.of(state));
            return 0;
        }
        print(
                latest.values().stream()
                        .sorted(Comparator.comparing(JobState::getUpdatedAt).reversed())
                        .limit(limit)
                        .toList());
        return 0;
    }

    private void print(List<JobState> states) {
        if (output.isJson()) {
            states.forEach(Output::json);
            return;
        }
        System.out.printf("%-36s %-10s %-10s %-16s %s%n", "ID", "KIND", "STAGE", "MODEL", "DETAIL");
        states.forEach(state -> System.out.println(line(state)));
    }

    static String line(JobState state) {
        return "%-36s %-10s %-10s %-16s %s"
                .formatted(
                        Inert.text(state.getId()),
                        state.getKind().name().toLowerCase(Locale.ROOT),
                        state.getStage().name().toLowerCase(Locale.ROOT),
                        Inert.text(state.getModel()),
                        Inert.text(state.getDetail()));
    }
}
