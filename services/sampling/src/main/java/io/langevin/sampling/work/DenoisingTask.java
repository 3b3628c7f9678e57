package io.langevin.sampling.work;

import static io.langevin.messaging.rules.RecordRules.require;

import io.langevin.datasets.ImageShape;
import io.langevin.noise.SamplingPlan;
import io.langevin.trajectory.ImageNoise;
import java.util.List;
import java.util.Optional;

/**
 * A given noisy image without its noise, by one network evaluation: x + σ·f(x).
 *
 * @param image channels·height·width numbers
 * @param sigma standard deviation of its noise in pixel units
 */
record DenoisingTask(float[] image, double sigma) implements SamplingTask {
    static DenoisingTask of(GivenImages given) {
        double sigma = given.sigma(); // before an image is read
        return new DenoisingTask(given.image(), sigma);
    }

    @Override
    public Optional<SamplingPlan> ownPlan() {
        return Optional.of(new SamplingPlan(0, List.of(SamplingPlan.Row.denoising(sigma))));
    }

    @Override
    public void check(SamplingPlan plan, int count, ImageShape shape) {
        require(count == 1, "count", "be 1 to denoise an image", count);
    }

    @Override
    public Optional<float[]> beginning(SamplingPlan plan, ImageNoise noise) {
        return Optional.of(image);
    }

    @Override
    public long bytes() {
        return (long) Float.BYTES * image.length;
    }
}
