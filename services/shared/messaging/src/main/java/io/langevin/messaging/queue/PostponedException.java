package io.langevin.messaging.queue;

import java.time.Instant;

/** A job that waits for something that is out of reach and lets the others go first. */
final class PostponedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final Instant since;

    /**
     * @param since when it began to wait
     */
    PostponedException(Instant since, String why) {
        super(why);
        this.since = since;
    }

    Instant since() {
        return since;
    }
}
