package io.langevin.sampling.work;

import static io.langevin.messaging.rules.RecordRules.require;

import io.langevin.datasets.ImageShape;
import io.langevin.noise.SamplingPlan;
import io.langevin.sampling.request.TaskSettings;
import io.langevin.trajectory.ImageNoise;
import io.langevin.trajectory.ImageSeeds;

/**
 * Images between two seeds: their noises are turned from the one into the other.
 *
 * @param firstSeed null: not given, which {@link #check} refuses
 * @param lastSeed null: not given
 */
record Interpolation(Long firstSeed, Long lastSeed) implements SamplingTask {
    static Interpolation of(TaskSettings task) {
        return new Interpolation(task.firstSeed(), task.lastSeed());
    }

    @Override
    public void check(SamplingPlan plan, int count, ImageShape shape) {
        require(count >= 2, "count", "be at least 2 to interpolate", count);
        require(
                firstSeed != null && lastSeed != null,
                "task.firstSeed and task.lastSeed",
                "be given to interpolate",
                firstSeed + " and " + lastSeed);
    }

    @Override
    public long seedOf(long seed, int index) {
        return ImageSeeds.ofImage(firstSeed, 0);
    }

    @Override
    public ImageNoise noise(long seed, int index, int count) {
        ImageNoise first = ImageNoise.seeded(ImageSeeds.ofImage(firstSeed, 0));
        ImageNoise last = ImageNoise.seeded(ImageSeeds.ofImage(lastSeed, 0));
        return ImageNoise.between(first, last, Math.PI / 2 * index / (count - 1));
    }
}
