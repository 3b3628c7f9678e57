package io.langevin.local;

import io.langevin.cli.CommandFailure;
import java.io.IOException;

/**
 * A {@link LocalPlatform} that other commands find, and that Ctrl-C or SIGTERM stops cleanly:
 * services, registry, broker, note.
 */
final class RunningHere implements AutoCloseable {
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
        platform.address().leaveNote();
        return here;
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
        platform.address().removeNote();
        platform.close();
    }
}
