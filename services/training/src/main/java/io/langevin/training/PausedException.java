package io.langevin.training;

/** Somebody asked for the run to pause; what it has come to is safe. */
final class PausedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    PausedException(long step) {
        super("paused after %d iterations".formatted(step));
    }
}
