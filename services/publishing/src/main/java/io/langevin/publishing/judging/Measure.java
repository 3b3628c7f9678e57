package io.langevin.publishing.judging;

import io.langevin.records.CheckpointQuality;
import io.langevin.records.QualityMetric;

/**
 * One number by which checkpoints are compared; less is better.
 *
 * @param error its standard error
 */
public record Measure(String name, double value, double error) {

    public static Measure of(CheckpointQuality quality, QualityMetric metric) {
        return switch (metric) {
            case DISTANCE ->
                    new Measure(
                            quality.getDistanceName(),
                            quality.getDistance(),
                            quality.getDistanceError());
            case KERNEL_DISTANCE ->
                    new Measure(
                            "kernel distance",
                            quality.getKernelDistance(),
                            quality.getKernelDistanceError());
        };
    }

    /** Whether it is less by more than the error of the difference. */
    public boolean isBetterThan(Measure other) {
        return other.value - value > Math.hypot(error, other.error);
    }

    @Override
    public String toString() {
        return "%.4g ± %.2g".formatted(value, error);
    }
}
