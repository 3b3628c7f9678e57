package io.langevin.sampling.request;

/** Who goes first; in the order in which they do. */
public enum Priority {
    INTERACTIVE(16),
    STANDARD(4),
    BATCH(1);

    private final int weight;

    Priority(int weight) {
        this.weight = weight;
    }

    /** What one of its images counts among the networks that share a device. */
    public int weight() {
        return weight;
    }
}
