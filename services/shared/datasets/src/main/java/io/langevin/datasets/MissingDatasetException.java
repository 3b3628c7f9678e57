package io.langevin.datasets;

/** A data set that is not where it should be; it may come with a disk that is not mounted yet. */
public final class MissingDatasetException extends DatasetException {
    private static final long serialVersionUID = 1;

    private final boolean rootAway;

    /**
     * @param rootAway whether a configured root is not there either
     */
    public MissingDatasetException(String message, boolean rootAway) {
        super(message);
        this.rootAway = rootAway;
    }

    /** Whether a configured root is not there: the name may be right. */
    public boolean isRootAway() {
        return rootAway;
    }
}
