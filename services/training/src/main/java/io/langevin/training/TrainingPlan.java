package io.langevin.training;

import io.langevin.datasets.ImageDataset;
import io.langevin.noise.NoiseSchedule;
import io.langevin.score.DenoisingScoreMatching;
import io.langevin.score.NetworkArchitecture;
import java.util.Optional;

/**
 * A training job whose every part has been checked.
 *
 * @param data images to train on
 * @param heldOut N·D numbers of images that are measured with; empty where there are too few
 * @param firstWeights that training starts from; empty: random ones
 */
record TrainingPlan(
        NetworkArchitecture architecture,
        NoiseSchedule schedule,
        DenoisingScoreMatching.Settings settings,
        ImageDataset data,
        Optional<float[]> heldOut,
        Optional<float[]> firstWeights) {}
