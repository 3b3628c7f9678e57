package io.langevin.local;

import io.langevin.cli.terminal.CommandFailure;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.TimeUnit;

/**
 * A {@link LocalPlatform} that other commands find, and that Ctrl-C or SIGTERM stops cleanly:
 * services, registry, broker, note.
 */
final class RunningHere implements AutoCloseable {
    private static final long CLOSES_WITHIN_SECONDS = 20;

    private final LocalPlatform platform;
    private boolean closed;

    private RunningHere(LocalPlatform platform) {
        this.platform = platform;
    }

    static RunningHere start(LocalConfig config) throws IOException, InterruptedException {
        LocalPlatform platform;
        try {
            platform = LocalPlatform.start(config);
        } catch (IllegalStateException e) {
            throw new CommandFailure(
                    e.getMessage()); // a folder or a port in use, said in a sentence
        }
        RunningHere here = new RunningHere(platform);
        Runtime.getRuntime().addShutdownHook(new Thread(here::close, "shutdown"));
        platform.failure().thenAccept(RunningHere::endSoon);
        try {
            platform.address().leaveNote();
        } catch (UncheckedIOException e) {
            System.err.printf(
                    "%s: other commands must name this platform: --bootstrap %s --registry %s%n",
                    e.getMessage(), platform.address().bootstrap(), platform.address().registry());
        }
        return here;
    }

    /** Ends the process soon: with a part missing, a clean end may wait for what never comes. */
    private static void endSoon(String why) {
        Thread thread =
                new Thread(
                        () -> {
                            try {
                                TimeUnit.SECONDS.sleep(CLOSES_WITHIN_SECONDS);
                                System.err.println("langevin: " + why);
                                Runtime.getRuntime().halt(1);
                            } catch (InterruptedException e) {
                                Thread.currentThread().interrupt();
                            }
                        },
                        "end");
        thread.setDaemon(true);
        thread.start();
    }

    LocalPlatform platform() {
        return platform;
    }

    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        try {
            platform.address().removeNote();
        } catch (UncheckedIOException e) {
            System.err.println(e.getMessage());
        }
        platform.close();
    }
}
