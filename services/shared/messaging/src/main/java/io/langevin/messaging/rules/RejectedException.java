package io.langevin.messaging.rules;

import io.langevin.process.Inert;

/**
 * The sender's fault: the message names the field, the rule and the value. Trying again is no use.
 */
public final class RejectedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public RejectedException(String message) {
        super(Inert.text(message));
    }
}
