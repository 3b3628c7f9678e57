package io.langevin.sampling.work;

import static io.langevin.messaging.rules.RecordRules.require;

import io.langevin.datasets.ImageShape;
import io.langevin.messaging.rules.RejectedException;
import io.langevin.noise.DenoisingErrorsPlan;
import io.langevin.noise.SamplingPlan;
import io.langevin.sampling.request.TaskSettings;
import io.langevin.score.Typicality;
import io.langevin.trajectory.AfterRow;
import io.langevin.trajectory.DenoisingErrors;
import io.langevin.trajectory.ImageNoise;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * How unusual a given image is (Mahmood et al. 2021, arXiv 2010.13132). The picture is the image
 * itself.
 *
 * @param image channels·height·width numbers
 * @param plan of the errors
 */
record ScoreTask(float[] image, Typicality typical, SamplingPlan plan) implements SamplingTask {
    static ScoreTask of(TaskSettings task, GivenImages given) {
        Typicality typical =
                given.checkpoint()
                        .typical()
                        .orElseThrow(
                                () ->
                                        new RejectedException(
                                                "task.kind: must be another one: the checkpoint does"
                                                        + " not know which images are typical, not"
                                                        + " SCORE"));
        SamplingPlan plan = DenoisingErrorsPlan.of(given.checkpoint().schedule());
        require(
                typical.mean().size() == plan.networkEvaluations(),
                "checkpoint.typical",
                "have %d means".formatted(plan.networkEvaluations()),
                typical.mean().size());
        return new ScoreTask(given.image(), typical, plan);
    }

    @Override
    public Optional<SamplingPlan> ownPlan() {
        return Optional.of(plan);
    }

    @Override
    public void check(SamplingPlan ownPlan, int count, ImageShape shape) {
        require(count == 1, "count", "be 1 to score an image", count);
    }

    @Override
    public ImageNoise noise(long seed, int index, int count) {
        return Typicality.noise();
    }

    @Override
    public Optional<float[]> beginning(SamplingPlan ownPlan, ImageNoise noise) {
        return Optional.of(image);
    }

    @Override
    public AfterRow afterRow(ImageShape shape) {
        return new DenoisingErrors(image);
    }

    @Override
    public OptionalDouble score(AfterRow own) {
        return OptionalDouble.of(typical.distance(own.gathered()));
    }

    @Override
    public long bytes() {
        return (long) Float.BYTES * image.length;
    }
}
