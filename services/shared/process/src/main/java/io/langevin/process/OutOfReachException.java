package io.langevin.process;

/**
 * Something that was waited for did not answer: the message says who, for how long and what to do.
 */
public final class OutOfReachException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public OutOfReachException(String message) {
        super(message);
    }
}
