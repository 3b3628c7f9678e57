package io.langevin.artifacts;

/** A blob that is missing or not what its name says. Trying again does not help. */
public final class ArtifactException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public ArtifactException(String message) {
        super(message);
    }
}
