package io.langevin.messaging;

import io.langevin.process.Inert;

/** Bytes that are not a record of their topic; the message says why. */
public final class UnreadableRecordException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public UnreadableRecordException(String message) {
        super(Inert.text(message));
    }
}
