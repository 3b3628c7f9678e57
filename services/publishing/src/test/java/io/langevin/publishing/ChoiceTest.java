package io.langevin.publishing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.langevin.messaging.rules.RejectedException;
import io.langevin.publishing.judging.JudgedRun;
import io.langevin.publishing.judging.Replay;
import io.langevin.records.CheckpointQuality;
import io.langevin.records.OtherCheckpoint;
import io.langevin.records.Promotion;
import io.langevin.records.PromotionRule;
import io.langevin.records.PublishedCheckpoint;
import io.langevin.records.QualityMetric;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Which checkpoint a model gets, and what becomes of the one that it had. */
class ChoiceTest {
    private static final Promotion BEST = Promotion.newBuilder().build();
    private static final String A = "a".repeat(64);
    private static final String B = "b".repeat(64);
    private static final String C = "c".repeat(64);

    @Test
    void the_best_is_taken_not_the_last() {
        var judged = new JudgedRun(List.of(A, B, C), qualities(2, 1, 3), quality -> true);

        assertThat(judged.best(BEST)).isEqualTo(B);
        assertThat(judged.best(rule(PromotionRule.NEWEST))).isEqualTo(C);
        assertThat(judged.best(rule(PromotionRule.BY_HAND))).isEqualTo(B);
        assertThat(JudgedRun.notJudged(List.of(A, B), "").best(BEST)).isEqualTo(B);
    }

    @Test
    void another_metric_may_prefer_another() {
        var first = withKernelDistance(1, 0.5);
        var second = withKernelDistance(2, 0.25);
        var judged = new JudgedRun(List.of(A, B), Map.of(A, first, B, second), quality -> true);
        var byKernel = Promotion.newBuilder().setMetric(QualityMetric.KERNEL_DISTANCE).build();

        assertThat(judged.best(BEST)).isEqualTo(A);
        assertThat(judged.best(byKernel)).isEqualTo(B);
    }

    @Test
    void a_model_s_first_checkpoint_serves_however_it_is() {
        assertThat(announced(rule(PromotionRule.BY_HAND), Optional.empty(), 100).getCheckpoint())
                .isEqualTo(B);
    }

    @Test
    void what_is_better_beyond_the_errors_serves_and_what_was_there_can_be_brought_back() {
        PublishedCheckpoint now = model(A, 2);

        PublishedCheckpoint next = announced(BEST, Optional.of(now), 1);

        assertThat(next.getCheckpoint()).isEqualTo(B);
        assertThat(next.getPrevious()).isEqualTo(new OtherCheckpoint(A, "run", now.getQuality()));
        assertThat(next.getCandidate()).isNull();
    }

    /** The error of the difference of 1 ± 0.1 and 1.1 ± 0.1 is 0.14. */
    @Test
    void what_is_better_by_less_than_the_errors_waits() {
        PublishedCheckpoint now = model(A, 1.1);

        PublishedCheckpoint next = announced(BEST, Optional.of(now), 1);

        assertThat(next.getCheckpoint()).isEqualTo(A);
        assertThat(next.getCandidate()).isEqualTo(new OtherCheckpoint(B, "new", quality(1, 0.1)));
        assertThat(next.getCandidateShare()).isZero();
        assertThat(next.getPrevious()).isEqualTo(now.getPrevious());
        assertThat(announced(BEST, Optional.of(model(A, 1.15)), 1).getCheckpoint()).isEqualTo(B);
    }

    @Test
    void the_newest_serves_and_by_hand_none_does_whatever_their_quality() {
        Optional<PublishedCheckpoint> now = Optional.of(model(A, 1));

        assertThat(announced(rule(PromotionRule.NEWEST), now, 9).getCheckpoint()).isEqualTo(B);
        PublishedCheckpoint waits = announced(rule(PromotionRule.BY_HAND), now, 0.1);
        assertThat(waits.getCheckpoint()).isEqualTo(A);
        assertThat(waits.getCandidate().getCheckpoint()).isEqualTo(B);
    }

    @Test
    void what_cannot_answer_as_the_one_that_serves_did_waits_however_good_it_is() {
        PublishedCheckpoint now = model(A, 2);
        var choice = choice(BEST, 1);

        assertThat(choice.wouldReplace(now)).isTrue();
        PublishedCheckpoint waits =
                choice.after(Replay.refused("cannot answer the request r"))
                        .announced(Optional.of(now));
        Choice answers = choice.after(Replay.answered(7));

        assertThat(waits.getCheckpoint()).isEqualTo(A);
        assertThat(waits.getCandidate().getCheckpoint()).isEqualTo(B);
        assertThat(answers.announced(Optional.of(now)).getCheckpoint()).isEqualTo(B);
        assertThat(answers.detail()).endsWith("; answers 7 requests of late");
        assertThat(choice(rule(PromotionRule.BY_HAND), 1).wouldReplace(now)).isFalse();
    }

    /** What serves was judged by the run itself, whatever it says of itself. */
    @Test
    void what_the_run_has_measured_of_the_one_that_serves_counts() {
        PublishedCheckpoint best = model(B, 1);
        var judged =
                new JudgedRun(
                        List.of(B),
                        Map.of(A, quality(0.5, 0.1), B, best.getQuality()),
                        quality -> true);

        assertThat(
                        new Choice(best, BEST, judged)
                                .announced(Optional.of(model(A, 100)))
                                .getCheckpoint())
                .isEqualTo(A);
    }

    /** Another run, or a person, was faster than the judgement. */
    @Test
    void what_came_while_a_run_was_judged_is_compared_by_what_is_known_of_it() {
        PublishedCheckpoint meanwhile = model(C, 0.5);
        PublishedCheckpoint best =
                PublishedCheckpoint.newBuilder(model(B, 1)).setRunId("new").build();
        var known = Map.of(A, quality(2, 0.1), B, best.getQuality());

        assertThat(
                        new Choice(best, BEST, new JudgedRun(List.of(B), known, quality -> true))
                                .announced(Optional.of(meanwhile))
                                .getCheckpoint())
                .isEqualTo(C);
        assertThat(
                        new Choice(best, BEST, new JudgedRun(List.of(B), known, quality -> false))
                                .announced(Optional.of(meanwhile))
                                .getCheckpoint())
                .as("measured by other data")
                .isEqualTo(C);
    }

    @Test
    void without_a_judgement_the_last_one_is_taken_only_where_there_can_be_none() {
        PublishedCheckpoint best =
                PublishedCheckpoint.newBuilder(model(B, 1)).setQuality(null).build();
        Optional<PublishedCheckpoint> now = Optional.of(model(A, 1));

        assertThat(
                        new Choice(best, BEST, JudgedRun.notJudged(List.of(B), "too small"))
                                .announced(now)
                                .getCheckpoint())
                .isEqualTo(B);
        var waits = new Choice(best, BEST, JudgedRun.waiting(List.of(B), "no sampler"));
        assertThat(waits.announced(now).getCandidate().getCheckpoint()).isEqualTo(B);
        assertThat(waits.detail()).startsWith("no sampler; waits");
        var larger = PublishedCheckpoint.newBuilder(model(A, 1)).setImageSize(16).build();
        assertThat(waits.announced(Optional.of(larger)).getCheckpoint()).isEqualTo(B);
    }

    @Test
    void an_older_run_neither_serves_nor_waits() {
        PublishedCheckpoint now =
                PublishedCheckpoint.newBuilder(model(A, 2))
                        .setRequestedAt(Instant.ofEpochMilli(2_000))
                        .build();

        assertThatThrownBy(() -> announced(BEST, Optional.of(now), 1))
                .isInstanceOf(RejectedException.class)
                .hasMessageStartingWith("superseded: model m has the checkpoint " + A);
    }

    @Test
    void a_candidate_that_is_promoted_waits_no_longer_and_another_one_goes_on_waiting() {
        PublishedCheckpoint now =
                ModelRules.proposing(model(A, 2), new OtherCheckpoint(B, "r", null), 0.5, "x");

        PublishedCheckpoint promoted = ModelRules.served(Optional.of(now), model(B, 1), "y");
        assertThat(promoted.getCandidate()).isNull();
        assertThat(promoted.getCandidateShare()).isZero();
        assertThat(promoted.getPrevious().getCheckpoint()).isEqualTo(A);

        PublishedCheckpoint other = ModelRules.served(Optional.of(now), model(C, 1), "y");
        assertThat(other.getCandidate().getCheckpoint()).isEqualTo(B);
        assertThat(other.getCandidateShare()).isEqualTo(0.5);
    }

    @Test
    void what_serves_anew_does_not_forget_what_was_before_it() {
        PublishedCheckpoint now = ModelRules.served(Optional.of(model(A, 1)), model(B, 1), "x");

        assertThat(ModelRules.served(Optional.of(now), model(B, 1), "y").getPrevious())
                .isEqualTo(now.getPrevious());
    }

    @Test
    void a_checkpoint_is_named_whole_or_by_first_digits_that_fit_one() {
        Optional<PublishedCheckpoint> now =
                Optional.of(ModelRules.served(Optional.of(model(A, 1)), model(B, 1), "x"));

        assertThat(ModelRules.chosen(now, "aaaaaa").getCheckpoint()).isEqualTo(A);
        assertThat(ModelRules.chosen(now, "bbbbbb").getQuality()).isNotNull();
        assertThat(ModelRules.chosen(now, C)).isEqualTo(new OtherCheckpoint(C, null, null));
        for (String wrong : List.of("aaaaa", "cccccc", "", "../../etc", "A".repeat(64))) {
            assertThatThrownBy(() -> ModelRules.chosen(now, wrong))
                    .isInstanceOf(RejectedException.class)
                    .hasMessageContaining("checkpoint: must be 64 hexadecimal digits")
                    .hasMessageContaining("'" + wrong + "'");
        }
        assertThatThrownBy(() -> ModelRules.chosen(now, null))
                .hasMessageContaining("the model has no candidate");
    }

    @Test
    void a_share_is_a_share_and_what_serves_is_no_candidate() {
        var other = new OtherCheckpoint(B, null, null);
        for (double wrong : new double[] {-0.1, 1.1, Double.NaN}) {
            assertThatThrownBy(() -> ModelRules.proposing(model(A, 1), other, wrong, "x"))
                    .isInstanceOf(RejectedException.class)
                    .hasMessageStartingWith("share: must be 0 to 1");
        }
        assertThatThrownBy(() -> ModelRules.proposing(model(B, 1), other, 0.1, "x"))
                .hasMessageStartingWith("checkpoint: must be another");
    }

    /** What a model has after a run whose best candidate is B, of this distance. */
    private static PublishedCheckpoint announced(
            Promotion promotion, Optional<PublishedCheckpoint> now, double distance) {
        return choice(promotion, distance).announced(now);
    }

    private static Choice choice(Promotion promotion, double distance) {
        PublishedCheckpoint best =
                PublishedCheckpoint.newBuilder(model(B, distance)).setRunId("new").build();
        var judged = new JudgedRun(List.of(B), Map.of(B, best.getQuality()), quality -> true);
        return new Choice(best, promotion, judged);
    }

    private static Promotion rule(PromotionRule rule) {
        return Promotion.newBuilder().setRule(rule).build();
    }

    private static Map<String, CheckpointQuality> qualities(double a, double b, double c) {
        return Map.of(A, quality(a, 0.1), B, quality(b, 0.1), C, quality(c, 0.1));
    }

    private static CheckpointQuality withKernelDistance(double distance, double kernelDistance) {
        return CheckpointQuality.newBuilder(quality(distance, 0.1))
                .setKernelDistance(kernelDistance)
                .build();
    }

    private static CheckpointQuality quality(double distance, double error) {
        return CheckpointQuality.newBuilder()
                .setDatasetFingerprint("f")
                .setExtractor("e")
                .setRealImages(100)
                .setImages(100)
                .setNetworkEvaluations(16)
                .setDistanceName("distance")
                .setDistance(distance)
                .setDistanceError(error)
                .setKernelDistance(0)
                .setKernelDistanceError(0)
                .setPrecision(1)
                .setRecall(1)
                .build();
    }

    private static PublishedCheckpoint model(String checkpoint, double distance) {
        return PublishedCheckpoint.newBuilder()
                .setModel("m")
                .setCheckpoint(checkpoint)
                .setRunId("run")
                .setFamily("ncsnv2")
                .setNgf(4)
                .setImageSize(8)
                .setChannels(1)
                .setLevels(2)
                .setStepsPerLevel(1)
                .setScheduleId("s")
                .setPublishedAt(Instant.ofEpochMilli(1_000))
                .setRequestedAt(Instant.ofEpochMilli(1_000))
                .setQuality(quality(distance, 0.1))
                .build();
    }
}
