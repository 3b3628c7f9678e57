package io.langevin.publishing;

import io.langevin.publishing.judging.JudgedRun;
import io.langevin.publishing.judging.Measure;
import io.langevin.publishing.judging.Replay;
import io.langevin.records.CheckpointQuality;
import io.langevin.records.OtherCheckpoint;
import io.langevin.records.Promotion;
import io.langevin.records.PromotionRule;
import io.langevin.records.PublishedCheckpoint;
import java.util.Optional;

/** The best of a run's candidates, and whether its model gets it. Owned by one thread. */
final class Choice {
    private final PublishedCheckpoint best;
    private final Promotion promotion;
    private final JudgedRun judged;
    private final Optional<Replay> replay;
    private String detail = "";

    Choice(PublishedCheckpoint best, Promotion promotion, JudgedRun judged) {
        this(best, promotion, judged, Optional.empty());
    }

    /**
     * @param replay of what was asked of the model lately, with the best candidate
     */
    private Choice(
            PublishedCheckpoint best,
            Promotion promotion,
            JudgedRun judged,
            Optional<Replay> replay) {
        this.best = best;
        this.promotion = promotion;
        this.judged = judged;
        this.replay = replay;
    }

    /** The same choice, but that the best candidate waits where it could not answer. */
    Choice after(Replay tried) {
        return new Choice(best, promotion, judged, Optional.of(tried));
    }

    /** Whether the best candidate would take the place of another one. */
    boolean wouldReplace(PublishedCheckpoint now) {
        return !now.getCheckpoint().equals(best.getCheckpoint()) && reasonToWait(now).isEmpty();
    }

    /**
     * What the model has from now on.
     *
     * @throws io.langevin.messaging.rules.RejectedException where it has a checkpoint that was
     *     asked for later
     */
    PublishedCheckpoint announced(Optional<PublishedCheckpoint> now) {
        ModelRules.requireNewest(now, best);
        if (now.isEmpty()) {
            detail = words("the model's first");
            return ModelRules.served(now, best, best.getRunId());
        }
        if (now.get().getCheckpoint().equals(best.getCheckpoint())) {
            detail = words("the one that serves");
            return ModelRules.served(now, best, best.getRunId());
        }
        Optional<String> reason = reasonToWait(now.get());
        if (reason.isEmpty()) {
            detail = words(replay.map(Choice::answers).orElse(""));
            return ModelRules.served(now, best, best.getRunId());
        }
        detail = words(reason.get());
        return ModelRules.proposing(
                now.get(),
                new OtherCheckpoint(best.getCheckpoint(), best.getRunId(), best.getQuality()),
                0,
                best.getRunId());
    }

    /** Why the best candidate does not replace what serves; empty where it does. */
    private Optional<String> reasonToWait(PublishedCheckpoint now) {
        Optional<String> fault = replay.flatMap(Replay::fault);
        if (fault.isPresent()) {
            return Optional.of("waits, as it " + fault.get());
        }
        if (promotion.getRule() == PromotionRule.BY_HAND) {
            return Optional.of("waits to be promoted by hand");
        }
        boolean otherShape =
                now.getImageSize() != best.getImageSize()
                        || now.getChannels() != best.getChannels();
        if (promotion.getRule() == PromotionRule.NEWEST || judged.mayReplace() || otherShape) {
            return Optional.empty();
        }
        Optional<CheckpointQuality> serving = judged.quality(now);
        if (best.getQuality() == null || serving.isEmpty()) {
            return Optional.of("waits, as it could not be compared with the one that serves");
        }
        Measure had = Measure.of(serving.get(), promotion.getMetric());
        Measure has = Measure.of(best.getQuality(), promotion.getMetric());
        return has.isBetterThan(had)
                ? Optional.empty()
                : Optional.of("not better than %s of the one that serves".formatted(had));
    }

    private static String answers(Replay replay) {
        return replay.answered() == 1
                ? "answers the one request of late"
                : "answers %d requests of late".formatted(replay.answered());
    }

    private String words(String why) {
        String quality =
                best.getQuality() == null
                        ? judged.notJudged()
                        : "%s %s, best of %d"
                                .formatted(
                                        Measure.of(best.getQuality(), promotion.getMetric()).name(),
                                        Measure.of(best.getQuality(), promotion.getMetric()),
                                        judged.candidates().size());
        return why.isEmpty() || quality.isEmpty() ? quality + why : quality + "; " + why;
    }

    /** In words, once it has been announced. */
    String detail() {
        return detail;
    }
}
