package io.langevin.training;

import io.langevin.records.TrainingParameters;
import java.time.Duration;
import java.time.Instant;

/** When a training ends, by how fast it goes. */
final class Pace {
    private Pace() {}

    /**
     * The estimated end; null where nothing is known.
     *
     * @param step optimiser steps so far
     * @param seconds of training so far
     * @param pace images a second
     */
    static Instant end(TrainingParameters parameters, long step, double seconds, double pace) {
        if (pace <= 0) {
            return null;
        }
        double left = (parameters.getIterations() - step) * parameters.getBatchSize() / pace;
        if (parameters.getMaximumSeconds() > 0) {
            left = Math.min(left, Math.max(0, parameters.getMaximumSeconds() - seconds));
        }
        return Instant.now().plus(Duration.ofMillis((long) Math.min(1e15, 1_000 * left)));
    }
}
