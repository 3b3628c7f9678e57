package io.langevin.cli;

import static io.langevin.messaging.Topics.CANCELLATIONS;
import static io.langevin.messaging.Topics.CANCELLATION_OUTCOMES;
import static io.langevin.messaging.rules.RecordRules.require;
import static io.langevin.messaging.rules.RecordRules.requireId;

import io.langevin.cli.terminal.CommandFailure;
import io.langevin.client.PlatformClient;
import io.langevin.process.Inert;
import io.langevin.records.Cancellation;
import io.langevin.records.CancellationOutcome;
import io.langevin.records.CancellationStatus;
import java.time.Instant;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Publishes a cancellation. */
@Command(name = "cancel", description = "Ask for a request or run to stop.")
final class CancelCommand implements Callable<Integer> {
    private static final int LONGEST_REASON = 1_000;

    @Mixin Connection connection;

    @Parameters(paramLabel = "ID", description = "The request's or run's id.")
    String id;

    @Option(names = "--reason", defaultValue = "", description = "Why, for the outcome.")
    String reason;

    @Override
    public Integer call() throws InterruptedException {
        requireId("ID", id);
        require(
                reason.length() <= LONGEST_REASON,
                "--reason",
                "have at most %d characters".formatted(LONGEST_REASON),
                reason.length());
        try (PlatformClient platform = connection.platform()) {
            CancellationOutcome answer = ask(platform);
            if (answer.getStatus() != CancellationStatus.ACCEPTED) {
                throw new CommandFailure("%s: %s".formatted(id, Inert.text(answer.getDetail())));
            }
            System.out.printf("%s is asked to stop, it %s%n", id, Inert.text(answer.getDetail()));
        }
        return 0;
    }

    private CancellationOutcome ask(PlatformClient platform) throws InterruptedException {
        Cancellation cancellation =
                Cancellation.newBuilder()
                        .setId(id)
                        .setReason(reason)
                        .setRequestedAt(Instant.now())
                        .build();
        return platform.ask(
                CANCELLATIONS,
                id,
                cancellation,
                CANCELLATION_OUTCOMES,
                "the operations service",
                id + " is asked to stop all the same; see whether the service is running");
    }
}
