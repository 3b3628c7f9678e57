package io.langevin.sampling.request;

/**
 * What a request says of its task; what it leaves out is null.
 *
 * @param kind the task's name
 * @param firstSeed of an interpolation
 * @param lastSeed of an interpolation
 * @param everyRows rows of the plan from frame to frame of a film strip
 * @param sigma standard deviation in pixel units of the noise in what is given, or of what is added
 * @param factor pixels a side that one pixel of a small image is the average of
 * @param blur standard deviation in pixels of the Gaussian that an image was blurred with
 * @param matrix numbers of a measurement's matrix, row by row
 */
public record TaskSettings(
        String kind,
        Long firstSeed,
        Long lastSeed,
        Integer everyRows,
        Double sigma,
        Integer factor,
        Double blur,
        GivenImage image,
        GivenImage mask,
        GivenImage matrix) {}
