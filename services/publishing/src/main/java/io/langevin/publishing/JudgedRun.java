package io.langevin.publishing;

import io.langevin.records.CheckpointQuality;
import io.langevin.records.Promotion;
import io.langevin.records.PromotionRule;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What is known of the candidates of a run.
 *
 * @param candidates artifact ids in the order of their iterations
 * @param qualities by artifact id, that of what the model has among them
 * @param notJudged why none was, in words; empty where they were
 */
record JudgedRun(
        List<String> candidates, Map<String, CheckpointQuality> qualities, String notJudged) {

    static JudgedRun notJudged(List<String> candidates, String why) {
        return new JudgedRun(candidates, Map.of(), why);
    }

    Optional<CheckpointQuality> quality(String checkpoint) {
        return Optional.ofNullable(qualities.get(checkpoint));
    }

    /** The candidate that the rule prefers; the last one where none was judged. */
    String best(Promotion promotion) {
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
