package io.langevin.cli;

import static io.langevin.messaging.Topics.CANCELLATIONS;

import io.langevin.records.Cancellation;
import java.time.Instant;
import java.util.concurrent.Callable;
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
        try (Platform platform = Platform.at(connection.kafka())) {
            platform.write(
                    CANCELLATIONS,
                    id,
                    Cancellation.newBuilder()
                            .setId(id)
                            .setReason(reason)
                            .setRequestedAt(Instant.now())
                            .build());
        }
        System.out.printf("%s is asked to stop%n", id);
        return 0;
    }
}
