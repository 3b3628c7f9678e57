package io.langevin.training;

import io.langevin.datasets.ImageDataset;
import io.langevin.noise.NoiseSchedule;
import io.langevin.score.DenoisingScoreMatching;
import io.langevin.score.NetworkArchitecture;

/** A training job whose every part has been checked. */
record TrainingPlan(
        NetworkArchitecture architecture,
        NoiseSchedule schedule,
        DenoisingScoreMatching.Settings settings,
        ImageDataset data) {}
