package io.langevin.noise;

import java.util.Arrays;
import java.util.Locale;
import java.util.OptionalDouble;

/**
 * The settings that the authors published for each data set (the paper, appendix B). Only what they
 * chose is here: the number of levels follows from Technique 2 (within 1 of the published) and ε
 * from Technique 4 (to the published two digits).
 */
public enum PublishedPreset {
    CIFAR10(32, 50, 5, OptionalDouble.empty()),
    CELEBA(64, 90, 5, OptionalDouble.empty()),
    /** The published ε is not Technique 4's. */
    CHURCH(96, 140, 4, OptionalDouble.of(4.9e-6)),
    BEDROOM(128, 190, 3, OptionalDouble.empty()),
    TOWER(128, 190, 3, OptionalDouble.empty()),
    FFHQ(256, 348, 3, OptionalDouble.empty());

    /** C of Technique 2 at which the published numbers of levels come out. */
    public static final double OVERLAP = 0.567;

    private static final double SMALLEST = 0.01;
    private static final int CHANNELS = 3;

    private final int pixels;
    private final double largest;
    private final int stepsPerLevel;
    private final OptionalDouble ownEpsilon;

    PublishedPreset(int pixels, double largest, int stepsPerLevel, OptionalDouble ownEpsilon) {
        this.pixels = pixels;
        this.largest = largest;
        this.stepsPerLevel = stepsPerLevel;
        this.ownEpsilon = ownEpsilon;
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

    /** The name in requests and on the command line. */
    public String officialName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Height and width of an image. */
    public int pixels() {
        return pixels;
    }

    /** σ₁ in pixel units. */
    public double largest() {
        return largest;
    }

    /** The geometric scales from σ₁ to σ_L = 0.01. */
    public NoiseSchedule schedule() {
        return NoiseSchedule.forData(largest, SMALLEST, CHANNELS * pixels * pixels, OVERLAP);
    }

    /** T. */
    public int stepsPerLevel() {
        return stepsPerLevel;
    }

    /** The published ε in squared pixel units where it is not Technique 4's. */
    public OptionalDouble ownEpsilon() {
        return ownEpsilon;
    }

    /** ε in squared pixel units. */
    public double epsilon() {
        return ownEpsilon.orElseGet(
                () ->
                        LangevinStepSize.search(schedule().ratio(), SMALLEST, stepsPerLevel)
                                .epsilon());
    }
}
