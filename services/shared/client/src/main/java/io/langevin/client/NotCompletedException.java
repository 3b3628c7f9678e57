package io.langevin.client;

/** A request or run that ended otherwise than completed; the message says how and why. */
public final class NotCompletedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public NotCompletedException(String message) {
        super(message);
    }
}
