package io.langevin.sampling.work;

import static io.langevin.messaging.rules.RecordRules.require;

import io.langevin.noise.NoiseSchedule;
import io.langevin.noise.SamplingPlan;
import io.langevin.trajectory.ImageNoise;
import java.util.Optional;

/**
 * Images like a given one: noise is added to it and removed again (SDEdit, Meng et al. 2022, arXiv
 * 2108.01073). The more noise, the less they keep of it.
 *
 * @param image channels·height·width numbers
 * @param sigma standard deviation of the noise that is added, rounded down to a level of the
 *     checkpoint
 */
record ImageToImage(float[] image, double sigma) implements SamplingTask {
    static ImageToImage of(GivenImages given) {
        double sigma = given.sigma(); // before an image is read
        return new ImageToImage(given.image(), sigma);
    }

    @Override
    public NoiseSchedule schedule(NoiseSchedule all) {
        double least = all.sigma(Math.max(0, all.levels() - 2));
        require(
                sigma >= least,
                "task.sigma",
                "be at least %s, the second smallest noise scale of the checkpoint"
                        .formatted(least),
                sigma);
        return all.upTo(sigma);
    }

    @Override
    public Optional<float[]> beginning(SamplingPlan plan, ImageNoise noise) {
        float[] start = new float[image.length];
        noise.normal(start);
        float scale = (float) plan.row(0).sigma();
        for (int k = 0; k < start.length; k++) {
            start[k] = image[k] + scale * start[k];
        }
        return Optional.of(start);
    }

    @Override
    public long bytes() {
        return (long) Float.BYTES * image.length;
    }
}
