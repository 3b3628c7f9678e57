package io.langevin.cli.runs;

import static io.langevin.messaging.Topics.JOB_STATES;
import static io.langevin.messaging.Topics.RETRAINING_POLICIES;

import io.langevin.cli.Connection;
import io.langevin.cli.terminal.CommandFailure;
import io.langevin.client.PlatformClient;
import io.langevin.process.Inert;
import io.langevin.records.JobState;
import io.langevin.records.RetrainingPolicy;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Lists standing rules, or ends one. */
@Command(
        name = "rules",
        description = {
            "List the standing rules that ask for runs, and the last run of each; or end one.",
            "'langevin retrain' with --cron, --more-images, --drift or --distance-above makes one."
        })
public final class RulesCommand implements Callable<Integer> {
    @Mixin Connection connection;

    @Option(names = "--end", paramLabel = "NAME", description = "End the rule of this name.")
    String end;

    @Override
    public Integer call() throws InterruptedException {
        try (PlatformClient platform = connection.platform()) {
            Map<String, RetrainingPolicy> rules = platform.latest(RETRAINING_POLICIES);
            if (end != null) {
                end(platform, rules);
                return 0;
            }
            Map<String, JobState> states = rules.isEmpty() ? Map.of() : platform.latest(JOB_STATES);
            rules.values().forEach(rule -> say(rule, lastRun(rule, states)));
            if (rules.isEmpty()) {
                System.out.println("no rule stands; see './langevin retrain --help'");
            }
            return 0;
        }
    }

    private void end(PlatformClient platform, Map<String, RetrainingPolicy> rules)
            throws InterruptedException {
        if (!rules.containsKey(end)) {
            throw new CommandFailure(
                    "there is no rule '%s'; there are: %s"
                            .formatted(
                                    Inert.text(end),
                                    Inert.text(String.join(", ", rules.keySet()))));
        }
        platform.delete(RETRAINING_POLICIES, end);
        System.out.printf("the rule %s is ended; a run that it asked for goes on%n", end);
    }

    private static Optional<JobState> lastRun(RetrainingPolicy rule, Map<String, JobState> states) {
        return states.values().stream()
                .filter(state -> rule.getPolicyId().equals(state.getPolicy()))
                .max(Comparator.comparing(JobState::getRequestedAt));
    }

    private static void say(RetrainingPolicy rule, Optional<JobState> lastRun) {
        System.out.printf(
                "%-20s %s from %s %s; %s%n",
                Inert.text(rule.getPolicyId()),
                Inert.text(rule.getRequest().getModel()),
                Inert.text(rule.getRequest().getDataset()),
                Inert.text(conditions(rule)),
                lastRun.map(
                                run ->
                                        "last run %s %s"
                                                .formatted(
                                                        run.getId(),
                                                        run.getStage()
                                                                .name()
                                                                .toLowerCase(Locale.ROOT)))
                        .orElse("no run yet"));
    }

    private static String conditions(RetrainingPolicy rule) {
        List<String> all = new ArrayList<>();
        if (rule.getCron() != null) {
            all.add("at '%s' UTC".formatted(rule.getCron()));
        }
        if (rule.getMoreImages() != null) {
            all.add("when it has %d more images".formatted(rule.getMoreImages()));
        }
        if (rule.getDrift() != null) {
            all.add("when its distances change by %s".formatted(rule.getDrift()));
        }
        if (rule.getDistanceAbove() != null) {
            all.add("when the checkpoint is farther than %s".formatted(rule.getDistanceAbove()));
        }
        return String.join(" or ", all);
    }
}
