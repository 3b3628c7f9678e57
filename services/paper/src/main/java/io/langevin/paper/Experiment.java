package io.langevin.paper;

import io.langevin.datasets.BatchOrder;
import io.langevin.datasets.ImageDataset;
import io.langevin.noise.LangevinStepSize;
import io.langevin.noise.NoiseSchedule;
import io.langevin.score.Checkpoint;
import io.langevin.score.DenoisingScoreMatching;
import io.langevin.score.ExponentialMovingAverage;
import io.langevin.score.LearningRate;
import io.langevin.score.NetworkArchitecture;
import io.langevin.score.NetworkArchitecture.Family;
import java.util.Map;
import java.util.Optional;

/** One network being trained in this process. Owned by one thread. */
final class Experiment implements AutoCloseable {
    private static final int WARMUP = 50;

    private final BatchOrder batches;
    private final NetworkArchitecture architecture;
    private final NoiseSchedule schedule;
    private final DenoisingScoreMatching training;
    private int step;

    /**
     * @param decay m of the average that {@link #averaged()} has
     */
    Experiment(
            ImageDataset data,
            Family family,
            NoiseSchedule schedule,
            double decay,
            TrainingOptions options) {
        this.batches = new BatchOrder(data, options.batch, true, options.seed);
        this.schedule = schedule;
        this.architecture =
                new NetworkArchitecture(
                        family,
                        options.ngf,
                        data.channels(),
                        data.imageSize(),
                        family.isConditional() ? schedule.levels() : 0);
        var settings =
                new DenoisingScoreMatching.Settings(
                        new LearningRate(options.learningRate, WARMUP, 0),
                        0.9,
                        0.999,
                        1e-8,
                        new ExponentialMovingAverage(decay, true),
                        options.seed);
        this.training =
                new DenoisingScoreMatching(
                        architecture,
                        schedule,
                        settings,
                        DenoisingScoreMatching.State.initial(architecture, options.seed),
                        options.device());
    }

    /** One optimiser step on images that seed and step decide; the loss before it. */
    double step() {
        step++;
        return training.step(batches.batch(step));
    }

    /** A checkpoint of the weights' moving average. */
    Checkpoint averaged(int stepsPerLevel) {
        return checkpoint(training.state().average(), stepsPerLevel);
    }

    /** A checkpoint of the weights as they are. */
    Checkpoint raw(int stepsPerLevel) {
        return checkpoint(training.state().weights(), stepsPerLevel);
    }

    private Checkpoint checkpoint(float[] weights, int stepsPerLevel) {
        double epsilon =
                LangevinStepSize.search(schedule.ratio(), schedule.smallest(), stepsPerLevel)
                        .epsilon();
        return new Checkpoint(
                architecture,
                schedule,
                stepsPerLevel,
                epsilon,
                true,
                "",
                Optional.empty(),
                weights,
                Map.of());
    }

    @Override
    public void close() {
        training.close();
    }
}
