package io.langevin.cli.runs;

import static io.langevin.messaging.Topics.JOB_STATES;
import static io.langevin.messaging.Topics.RETRAINING_POLICIES;
import static io.langevin.messaging.rules.RecordRules.require;

import io.langevin.cli.Connection;
import io.langevin.cli.terminal.CommandFailure;
import io.langevin.cli.terminal.Output;
import io.langevin.client.PlatformClient;
import io.langevin.messaging.rules.PolicyRules;
import io.langevin.messaging.rules.RecordRules;
import io.langevin.messaging.rules.RejectedException;
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
    @Mixin Output output;

    @Option(names = "--end", paramLabel = "NAME", description = "End the rule of this name.")
    String end;

    @Override
    public Integer call() throws InterruptedException {
        if (end != null) {
            requireModelName("--end", end);
        }
        try (PlatformClient platform = connection.platform()) {
            Map<String, RetrainingPolicy> rules = platform.latest(RETRAINING_POLICIES);
            if (end != null) {
                end(platform, rules);
                return 0;
            }
            if (output.isJson()) {
                rules.values().forEach(Output::json);
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

    /** A rule may stand that is listed no more: something unreadable was written over it. */
    private void end(PlatformClient platform, Map<String, RetrainingPolicy> rules)
            throws InterruptedException {
        platform.delete(RETRAINING_POLICIES, end);
        if (!rules.containsKey(end)) {
            throw new CommandFailure(
                    "no rule '%s' is known; should one stand, it is ended now; known are: %s"
                            .formatted(end, Inert.text(String.join(", ", rules.keySet()))));
        }
        System.out.printf("the rule %s is ended; a run that it asked for goes on%n", end);
    }

    private static void requireModelName(String option, String value) {
        require(
                RecordRules.isModelName(value),
                option,
                "be 1 to 100 letters, digits, '.', '_' or '-'",
                Inert.text(value));
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
                Inert.text(refusal(rule).orElse(conditions(rule))),
                lastRun.map(
                                run ->
                                        "last run %s %s"
                                                .formatted(
                                                        Inert.text(run.getId()),
                                                        run.getStage()
                                                                .name()
                                                                .toLowerCase(Locale.ROOT)))
                        .orElse("no run yet"));
    }

    /** Anybody can write one that operations refuses. */
    private static Optional<String> refusal(RetrainingPolicy rule) {
        try {
            PolicyRules.check(rule, rule.getPolicyId());
            return Optional.empty();
        } catch (RejectedException e) {
            return Optional.of("is refused: " + e.getMessage());
        }
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
