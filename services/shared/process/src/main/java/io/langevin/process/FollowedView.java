package io.langevin.process;

import java.util.concurrent.CompletableFuture;

/** What a service knows from following a topic: without it the service would be blind. */
public interface FollowedView extends AutoCloseable {
    /** Fails when the topic cannot be followed any longer; completes when this is closed. */
    CompletableFuture<Void> ended();

    @Override
    void close();
}
