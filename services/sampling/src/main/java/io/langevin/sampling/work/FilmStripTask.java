package io.langevin.sampling.work;

import static io.langevin.messaging.rules.RecordRules.require;

import io.langevin.datasets.ImageShape;
import io.langevin.noise.SamplingPlan;
import io.langevin.sampling.request.TaskSettings;
import io.langevin.trajectory.AfterRow;
import io.langevin.trajectory.FilmStrip;

/**
 * The stages of a generation side by side.
 *
 * @param everyRows rows of the plan from frame to frame; null: not given, which {@link #check}
 *     refuses
 */
record FilmStripTask(Integer everyRows) implements SamplingTask {
    /** A film strip is one image and must stay one that can be looked at. */
    private static final int MAXIMUM_FRAMES = 64;

    /** Numbers of all film strips of a request, which stay in memory until the last one ends. */
    private static final int MAXIMUM_NUMBERS = 16_000_000;

    static FilmStripTask of(TaskSettings task) {
        return new FilmStripTask(task.everyRows());
    }

    @Override
    public void check(SamplingPlan plan, int count, ImageShape shape) {
        int rows = plan.networkEvaluations();
        int least = FilmStrip.frames(rows, MAXIMUM_FRAMES);
        require(
                everyRows != null && everyRows >= least,
                "task.everyRows",
                "be at least %d for the %d rows of this plan".formatted(least, rows),
                everyRows);
        int most = MAXIMUM_NUMBERS / (FilmStrip.frames(rows, everyRows) * dimension(shape));
        require(
                count <= most,
                "count",
                "be at most %d film strips of this length".formatted(most),
                count);
    }

    private static int dimension(ImageShape shape) {
        return shape.channels() * shape.size() * shape.size();
    }

    @Override
    public AfterRow afterRow(ImageShape shape) {
        return new FilmStrip(everyRows, dimension(shape));
    }

    @Override
    public Picture picture(AfterRow own, float[] pixels, ImageShape shape) {
        float[] strip = ((FilmStrip) own).picture(shape.channels(), shape.size());
        int width = strip.length / (shape.channels() * shape.size());
        return new Picture(strip, width, shape.size());
    }
}
