package io.langevin.quality;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class QualityTest {
    private static final FeatureExtractor EXTRACTOR = new RandomConvolutionalExtractor();
    private static final int SAMPLES = 12;
    private static final ImageSet REAL = Pictures.discs(300, 1, 16, 1);

    @AfterAll
    static void close() {
        EXTRACTOR.close();
    }

    @Test
    void every_measure_gets_worse_with_noise() {
        Quality quality = Quality.against(EXTRACTOR, REAL);
        ImageSet others = Pictures.discs(300, 1, 16, 2);
        List<QualityReport> reports = new ArrayList<>();
        for (double deviation : new double[] {0, 0.05, 0.1, 0.3}) {
            reports.add(quality.compare(Pictures.noisy(others, deviation, 3), 4));
        }

        assertThat(reports).extracting(QualityReport::distance).isSorted();
        assertThat(reports).extracting(r -> r.kernelDistance().value()).isSorted();
        QualityReport clean = reports.get(0);
        QualityReport worst = reports.get(reports.size() - 1);
        assertThat(worst.distance()).isGreaterThan(10 * clean.distance());
        assertThat(clean.precisionRecall().precision()).isGreaterThan(0.8);
        assertThat(clean.precisionRecall().recall()).isGreaterThan(0.8);
        assertThat(worst.precisionRecall().precision()).isLessThan(0.1);
        assertThat(worst.precisionRecall().recall()).isLessThan(0.1);
    }

    @Test
    void images_compared_with_themselves_are_perfect() {
        QualityReport report = Quality.compare(EXTRACTOR, REAL, REAL, 1);

        assertThat(report.extractor()).isEqualTo("random-conv-1");
        assertThat(report.distanceName()).isEqualTo("Fréchet distance (random-conv-1)");
        assertThat(report.realImages()).isEqualTo(300);
        assertThat(report.generatedImages()).isEqualTo(300);
        assertThat(report.distance()).isCloseTo(0, within(1e-4));
        assertThat(report.kernelDistance().value())
                .isLessThan(3 * report.kernelDistance().standardError());
        assertThat(report.precisionRecall()).isEqualTo(new PrecisionRecall(1, 1));
        assertThat(report.inceptionScore()).isEmpty();
    }

    /** Over independent samples the distance varies by about as much as each sample says. */
    @Test
    void the_error_of_a_distance_is_that_of_another_sample() {
        Quality quality = Quality.against(EXTRACTOR, REAL);
        double[] distances = new double[SAMPLES];
        double said = 0;
        for (int i = 0; i < SAMPLES; i++) {
            Quality.Judgement judgement = quality.judge(Pictures.discs(64, 1, 16, 10 + i), 1);
            distances[i] = judgement.report().distance();
            said += judgement.distanceError() / SAMPLES;
        }
        double mean = Arrays.stream(distances).average().orElseThrow();
        double squares = Arrays.stream(distances).map(d -> (d - mean) * (d - mean)).sum();

        assertThat(said / Math.sqrt(squares / (SAMPLES - 1))).isBetween(0.4, 2.5);
    }

    @Test
    void copies_of_real_images_are_told_from_new_ones() {
        Quality quality = Quality.against(EXTRACTOR, REAL, Pictures.discs(100, 1, 16, 3));

        ImageSet copies = Pictures.discs(40, 1, 16, 1); // the first 40 of the real ones
        assertThat(quality.judge(copies, 1).novelty().orElseThrow()).isLessThan(0.01);
        ImageSet others = Pictures.discs(100, 1, 16, 4);
        assertThat(quality.judge(others, 1).novelty().orElseThrow()).isBetween(0.8, 1.25);
        assertThat(Quality.against(EXTRACTOR, REAL).judge(copies, 1).novelty()).isEmpty();
    }

    /** 20 images and 448 features: the covariances are far from full rank. */
    @Test
    void few_images_are_enough_and_the_reference_may_be_kept() {
        ImageSet few = Pictures.discs(20, 3, 8, 1);
        ImageSet others = Pictures.discs(4, 3, 8, 2);
        Quality quality = Quality.against(EXTRACTOR, few);

        QualityReport first = quality.compare(others, 5);

        assertThat(first.distance()).isPositive();
        assertThat(quality.compare(others, 5)).isEqualTo(first);
        assertThat(Quality.compare(EXTRACTOR, few, others, 5)).isEqualTo(first);
    }

    @Test
    void too_few_images_and_other_shapes_are_refused() {
        assertThatThrownBy(() -> Quality.against(EXTRACTOR, Pictures.discs(3, 1, 16, 1)))
                .hasMessage("real: must be at least 4 images, not 3");
        Quality quality = Quality.against(EXTRACTOR, Pictures.discs(4, 1, 16, 1));
        assertThatThrownBy(() -> quality.compare(Pictures.discs(3, 1, 16, 1), 1))
                .hasMessage("generated: must be at least 4 images, not 3");
        assertThatThrownBy(() -> quality.compare(Pictures.discs(4, 1, 8, 1), 1))
                .hasMessage(
                        "generated: must have 16×16 pixels with 1 channel like the real images, not"
                                + " 8×8 pixels with 1 channel");
    }
}
