package io.langevin.messaging.queue;

/** A job that waits for something that is out of reach and lets the others go first. */
final class PostponedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final transient Postponement postponement;

    PostponedException(Postponement postponement, String why) {
        super(why);
        this.postponement = postponement;
    }

    Postponement postponement() {
        return postponement;
    }
}
