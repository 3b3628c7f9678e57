package io.langevin.noise;

import io.langevin.noise.SamplingPlan.Row;
import java.util.ArrayList;
import java.util.List;

/**
 * Evaluates the network at a given image and at the image with new noise of ten scales, to see how
 * well it finds the noise (after multiscale score matching analysis, Mahmood et al. 2021, arXiv
 * 2010.13132). The plan begins at the image, which it keeps, and ends with it.
 */
public final class DenoisingErrorsPlan {
    private static final int SCALES = 10;

    private DenoisingErrorsPlan() {}

    /** The plan over levels of a schedule, evenly spaced from the smallest to the largest. */
    public static SamplingPlan of(NoiseSchedule schedule) {
        List<Row> rows = new ArrayList<>();
        double smallest = level(schedule, 0);
        rows.add(new Row(smallest, 1, 0, smallest, 0, 1, 0));
        for (int i = 0; i < SCALES; i++) {
            double next = i + 1 < SCALES ? level(schedule, i + 1) : 0;
            rows.add(new Row(level(schedule, i), 0, 0, next, 1, 0, 0));
        }
        return new SamplingPlan(0, rows);
    }

    /**
     * @param i 0 for the smallest
     */
    private static double level(NoiseSchedule schedule, int i) {
        int last = schedule.levels() - 1;
        return schedule.sigma(last - Math.round((float) i * last / (SCALES - 1)));
    }
}
