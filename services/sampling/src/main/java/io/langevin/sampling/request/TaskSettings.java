package io.langevin.sampling.request;

/**
 * What a request says of its task; what it leaves out is null.
 *
 * @param kind the task's name
 * @param firstSeed of an interpolation
 * @param lastSeed of an interpolation
 * @param everyRows rows of the plan from frame to frame of a film strip
 * @param sigma standard deviation of a given image's noise in pixel units
 */
public record TaskSettings(
        String kind,
        Long firstSeed,
        Long lastSeed,
        Integer everyRows,
        Double sigma,
        GivenImage image,
        GivenImage mask) {}
