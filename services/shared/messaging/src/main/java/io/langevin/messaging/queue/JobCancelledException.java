package io.langevin.messaging.queue;

/** Somebody asked for the job to stop. */
public final class JobCancelledException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public JobCancelledException(String message) {
        super(message);
    }
}
