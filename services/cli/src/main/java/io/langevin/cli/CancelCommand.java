package io.langevin.cli;

import static io.langevin.messaging.Topics.CANCELLATIONS;
import static io.langevin.messaging.Topics.CANCELLATION_OUTCOMES;
import static io.langevin.messaging.rules.RecordRules.requireId;

import io.langevin.messaging.follow.TopicFollower;
import io.langevin.process.Inert;
import io.langevin.records.Cancellation;
import io.langevin.records.CancellationOutcome;
import io.langevin.records.CancellationStatus;
import java.time.Instant;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.LinkedBlockingQueue;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Publishes a cancellation. */
@Command(name = "cancel", description = "Ask for a request or run to stop.")
final class CancelCommand implements Callable<Integer> {
    @Mixin Connection connection;

    @Parameters(paramLabel = "ID", description = "The request's or run's id.")
    String id;

    @Option(names = "--reason", defaultValue = "", description = "Why, for the outcome.")
    String reason;

    @Override
    public Integer call() throws InterruptedException {
        requireId("ID", id);
        try (Platform platform = connection.platform()) {
            CancellationOutcome answer = ask(platform);
            if (answer.getStatus() != CancellationStatus.ACCEPTED) {
                throw new CommandFailure("%s: %s".formatted(id, Inert.text(answer.getDetail())));
            }
            System.out.printf("%s is asked to stop, it %s%n", id, Inert.text(answer.getDetail()));
        }
        return 0;
    }

    private CancellationOutcome ask(Platform platform) throws InterruptedException {
        BlockingQueue<CancellationOutcome> answers = new LinkedBlockingQueue<>();
        platform.follow(
                CANCELLATION_OUTCOMES,
                new TopicFollower.From.Now(),
                (answer, source) -> {
                    if (answer != null && id.equals(source.key())) {
                        answers.add(answer);
                    }
                });
        platform.write(
                CANCELLATIONS,
                id,
                Cancellation.newBuilder()
                        .setId(id)
                        .setReason(reason)
                        .setRequestedAt(Instant.now())
                        .build());
        return platform.next(
                answers,
                "the operations service",
                id + " is asked to stop all the same; see whether the service is running");
    }
}
