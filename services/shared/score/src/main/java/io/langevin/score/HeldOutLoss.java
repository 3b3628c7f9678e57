package io.langevin.score;

import java.util.List;

/**
 * Loss of images that were not trained on.
 *
 * @param mean over all of them
 * @param byNoise means over equal parts of the levels, the strongest noise first
 */
public record HeldOutLoss(double mean, List<Double> byNoise) {
    public HeldOutLoss {
        byNoise = List.copyOf(byNoise);
    }
}
