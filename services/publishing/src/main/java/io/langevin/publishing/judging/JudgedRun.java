package io.langevin.publishing.judging;

import io.langevin.records.CheckpointQuality;
import io.langevin.records.Promotion;
import io.langevin.records.PromotionRule;
import io.langevin.records.PublishedCheckpoint;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * What is known of the candidates of a run.
 *
 * @param candidates artifact ids in the order of their iterations
 * @param qualities by artifact id, that of what the model has among them
 * @param notJudged why none was, in words; empty where they were, or need not be
 * @param comparable whether a quality that was measured elsewhere can be set beside these
 * @param mayReplace whether the last candidate may replace what serves where none was judged
 */
public record JudgedRun(
        List<String> candidates,
        Map<String, CheckpointQuality> qualities,
        String notJudged,
        Predicate<CheckpointQuality> comparable,
        boolean mayReplace) {

    /** Candidates that have been judged. */
    public JudgedRun(
            List<String> candidates,
            Map<String, CheckpointQuality> qualities,
            Predicate<CheckpointQuality> comparable) {
        this(candidates, qualities, "", comparable, false);
    }

    /** Candidates that cannot be judged, or need not be: the last one is taken. */
    public static JudgedRun notJudged(List<String> candidates, String why) {
        return new JudgedRun(candidates, Map.of(), why, quality -> false, true);
    }

    /** Candidates that could not be judged now: the last one waits. */
    public static JudgedRun waiting(List<String> candidates, String why) {
        return new JudgedRun(candidates, Map.of(), why, quality -> false, false);
    }

    public Optional<CheckpointQuality> quality(String checkpoint) {
        return Optional.ofNullable(qualities.get(checkpoint));
    }

    /** How good what a model has is, be it that another run or a person gave it meanwhile. */
    public Optional<CheckpointQuality> quality(PublishedCheckpoint model) {
        return quality(model.getCheckpoint())
                .or(() -> Optional.ofNullable(model.getQuality()).filter(comparable));
    }

    /** The candidate that the rule prefers; the last one where none was judged. */
    public String best(Promotion promotion) {
        String last = candidates.get(candidates.size() - 1);
        if (promotion.getRule() == PromotionRule.NEWEST) {
            return last;
        }
        return candidates.stream()
                .filter(qualities::containsKey)
                .min(Comparator.comparingDouble(id -> value(id, promotion)))
                .orElse(last);
    }

    private double value(String id, Promotion promotion) {
        return Measure.of(qualities.get(id), promotion.getMetric()).value();
    }
}
