package io.langevin.training;

import io.langevin.records.Candidate;
import io.langevin.records.TrainingParameters;
import java.util.ArrayList;
import java.util.List;

/** When a training proposes a checkpoint, and what it has proposed so far. Owned by one thread. */
final class Candidates {
    /** Where the request does not say how often. */
    private static final int USUAL = 4;

    private final TrainingParameters parameters;
    private final List<Candidate> proposed;

    /**
     * @param before those of earlier attempts
     */
    Candidates(TrainingParameters parameters, List<Candidate> before) {
        this.parameters = parameters;
        this.proposed = new ArrayList<>(before);
    }

    /**
     * Whether one is due, behind a step that is not the last.
     *
     * @param seconds of training so far
     */
    boolean isDue(long step, double seconds) {
        if (isProposed(step)) {
            return false;
        }
        if (parameters.getCandidateEvery() > 0) {
            return step % parameters.getCandidateEvery() == 0;
        }
        double done = step / (double) parameters.getIterations();
        if (parameters.getMaximumSeconds() > 0) {
            done = Math.max(done, seconds / parameters.getMaximumSeconds());
        }
        return proposed.size() < USUAL - 1 && done >= (proposed.size() + 1.0) / USUAL;
    }

    /** Whether the weights behind this step are proposed already. */
    boolean isProposed(long step) {
        return !proposed.isEmpty() && proposed.get(proposed.size() - 1).getIteration() == step;
    }

    void add(Candidate candidate) {
        proposed.add(candidate);
    }

    /** All of them, in the order of their iterations. */
    List<Candidate> all() {
        return List.copyOf(proposed);
    }

    /** Whether the last ones were no better on held-out images than one before them. */
    boolean noLongerImprove() {
        int patience = parameters.getPatience();
        if (patience == 0 || proposed.size() <= patience) {
            return false;
        }
        int since = proposed.size() - patience;
        double best = lowest(proposed.subList(0, since));
        return Double.isFinite(best) && !(lowest(proposed.subList(since, proposed.size())) < best);
    }

    private static double lowest(List<Candidate> some) {
        return some.stream()
                .map(Candidate::getHeldOutLoss)
                .filter(loss -> loss != null && Double.isFinite(loss))
                .mapToDouble(Double::doubleValue)
                .min()
                .orElse(Double.POSITIVE_INFINITY);
    }
}
