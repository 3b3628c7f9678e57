package io.langevin.cli;

import static io.langevin.messaging.Topics.JOB_STATES;

import io.langevin.client.PlatformClient;
import io.langevin.messaging.follow.From;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Prints every change of a request or run as it happens. */
@Command(name = "watch", description = "Print every change of a request or run; Ctrl-C ends it.")
final class WatchCommand implements Callable<Integer> {
    @Mixin Connection connection;

    @Override
    public Integer call() throws InterruptedException {
        try (PlatformClient platform = connection.platform()) {
            var nobodyReads = new CountDownLatch(1);
            platform.follow(
                    JOB_STATES,
                    new From.Now(),
                    (state, source) -> {
                        if (state != null) {
                            System.out.println(JobsCommand.line(state));
                        }
                        if (System.out.checkError()) {
                            nobodyReads.countDown(); // such as "| head -1"
                        }
                    });
            nobodyReads.await();
        }
        return 0;
    }
}
