package io.langevin.cli.terminal;

import static io.langevin.messaging.Topics.CANCELLATIONS;

import io.langevin.client.PlatformClient;
import io.langevin.records.Cancellation;
import java.time.Instant;

/** What Ctrl-C does while a command waits; nothing once the wait is over. */
final class OnInterrupt implements AutoCloseable {
    private final Thread hook;

    private OnInterrupt(Runnable action) {
        hook = new Thread(action, "interrupted");
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /** Asks a request to stop: nobody waits for it any longer. */
    static OnInterrupt cancel(PlatformClient platform, String id) {
        return new OnInterrupt(
                () -> {
                    try {
                        platform.write(
                                CANCELLATIONS,
                                id,
                                Cancellation.newBuilder()
                                        .setId(id)
                                        .setReason("interrupted at the terminal")
                                        .setRequestedAt(Instant.now())
                                        .build());
                        System.err.printf("%nrequest %s is asked to stop%n", id);
                    } catch (InterruptedException | RuntimeException e) {
                        System.err.printf("%nrequest %s goes on: %s%n", id, e.getMessage());
                    }
                });
    }

    /** Says what goes on. */
    static OnInterrupt say(String text) {
        return new OnInterrupt(() -> System.err.printf("%n%s%n", text));
    }

    @Override
    public void close() {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // the process is ending: the hook runs
        }
    }
}
