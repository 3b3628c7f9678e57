package io.langevin.publishing.judging;

/** Checkpoints that cannot be judged; the message says why. */
final class NotJudgedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final boolean passing;

    private NotJudgedException(String why, boolean passing) {
        super("not judged: " + why);
        this.passing = passing;
    }

    /** They never can: their data say too little. */
    static NotJudgedException never(String why) {
        return new NotJudgedException(why, false);
    }

    /** They cannot now. */
    static NotJudgedException now(String why) {
        return new NotJudgedException(why, true);
    }

    boolean isPassing() {
        return passing;
    }
}
