package io.langevin.noise;

import java.util.Arrays;
import java.util.Locale;

/** The settings that the authors published for each data set (the paper, appendix B). */
public enum PublishedPreset {
    CIFAR10(32, 50, 232, 5, 6.2e-6),
    CELEBA(64, 90, 500, 5, 3.3e-6),
    CHURCH(96, 140, 788, 4, 4.9e-6),
    /** Also those of LSUN's tower. */
    BEDROOM(128, 190, 1086, 3, 1.8e-6),
    FFHQ(256, 348, 2311, 3, 9e-7);

    private static final double SMALLEST = 0.01;

    private final int pixels;
    private final double largest;
    private final int levels;
    private final int stepsPerLevel;
    private final double epsilon;

    PublishedPreset(int pixels, double largest, int levels, int stepsPerLevel, double epsilon) {
        this.pixels = pixels;
        this.largest = largest;
        this.levels = levels;
        this.stepsPerLevel = stepsPerLevel;
        this.epsilon = epsilon;
    }

    /**
     * @throws IllegalArgumentException where there is none of that name
     */
    public static PublishedPreset named(String name) {
        return Arrays.stream(values())
                .filter(preset -> preset.officialName().equals(name))
                .findFirst()
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        "preset: must be one of %s, not '%s'"
                                                .formatted(
                                                        Arrays.stream(values())
                                                                .map(PublishedPreset::officialName)
                                                                .toList(),
                                                        name)));
    }

    /** As the command line names it. */
    public String officialName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Height and width of an image. */
    public int pixels() {
        return pixels;
    }

    /** The geometric scales from σ₁ to σ_L = 0.01. */
    public NoiseSchedule schedule() {
        return NoiseSchedule.geometric(largest, SMALLEST, levels);
    }

    /** T. */
    public int stepsPerLevel() {
        return stepsPerLevel;
    }

    /** ε in squared pixel units. */
    public double epsilon() {
        return epsilon;
    }
}
