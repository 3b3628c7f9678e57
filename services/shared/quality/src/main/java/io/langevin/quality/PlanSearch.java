package io.langevin.quality;

import io.langevin.noise.NoiseSchedule;
import io.langevin.noise.PlanShape;
import io.langevin.noise.SamplingPlan;
import java.util.function.ToDoubleFunction;

/**
 * Searches for a plan of few network evaluations whose images are near to the data. It tries the
 * numbers of a {@link PlanShape} one after the other, up and down, keeps what is better, and halves
 * its steps where nothing is (a pattern search, Hooke and Jeeves 1961). Every trial has the same
 * seeds, so that two plans differ and not their noise.
 */
public final class PlanSearch {
    /** First steps of the numbers, in the order of {@link PlanShape}; the end's is a factor. */
    private static final double[] STEPS = {2, Math.E, 0.25, 0.25, 0.01, 0.01, 0.25};

    private static final int END = 1;
    private static final double GROWTH = 1.3;

    /** Steps this much smaller than the first change nothing that could be measured. */
    private static final int MOST_HALVINGS = 12;

    private final NoiseSchedule schedule;
    private final int evaluations;
    private final ToDoubleFunction<SamplingPlan> distance;
    private final int trials;

    /** Is told how a search goes. */
    public interface Progress {
        /**
         * @param trials so far
         * @param best the least distance so far
         */
        void tried(int trials, double best);
    }

    /**
     * @param distance of a plan's images to the data, the smaller the better; the same for the same
     *     plan
     * @param trials plans that are tried at the most
     */
    public PlanSearch(
            NoiseSchedule schedule,
            int evaluations,
            ToDoubleFunction<SamplingPlan> distance,
            int trials) {
        this.schedule = schedule;
        this.evaluations = evaluations;
        this.distance = distance;
        this.trials = trials;
    }

    /**
     * The best shape that was found.
     *
     * @param from where the search begins
     * @param progress told after every trial
     */
    public PlanShape best(PlanShape from, Progress progress) {
        double[] best = numbers(from);
        double[] steps = STEPS.clone();
        double least = judged(from.plan(schedule, evaluations));
        progress.tried(1, least);
        int tried = 1;
        int halvings = 0;
        while (tried < trials && halvings <= MOST_HALVINGS) {
            boolean better = false;
            for (int k = 0; k < best.length; k++) {
                for (int sign = 1; sign >= -1 && tried < trials; sign -= 2) {
                    double[] next = stepped(best, k, sign, steps[k]);
                    double found = tried(next);
                    if (Double.isNaN(found)) {
                        continue;
                    }
                    tried++;
                    boolean nearer = found < least;
                    if (nearer) {
                        best = next;
                        least = found;
                        better = true;
                        steps[k] = k == END ? Math.pow(steps[k], GROWTH) : GROWTH * steps[k];
                    }
                    progress.tried(tried, least);
                    if (nearer) {
                        break;
                    }
                }
            }
            if (!better) {
                halvings++;
                for (int k = 0; k < steps.length; k++) {
                    steps[k] = k == END ? Math.sqrt(steps[k]) : steps[k] / 2;
                }
            }
        }
        return shape(best);
    }

    /** NaN where there is no such plan. */
    private double tried(double[] numbers) {
        SamplingPlan plan;
        try {
            plan = shape(numbers).plan(schedule, evaluations);
        } catch (IllegalArgumentException e) {
            return Double.NaN;
        }
        return judged(plan);
    }

    /** Images that are no numbers are infinitely far. */
    private double judged(SamplingPlan plan) {
        double found = distance.applyAsDouble(plan);
        return Double.isNaN(found) ? Double.POSITIVE_INFINITY : found;
    }

    private static double[] stepped(double[] from, int k, int sign, double step) {
        double[] next = from.clone();
        next[k] = k == END ? next[k] * Math.pow(step, sign) : next[k] + sign * step;
        return next;
    }

    private static double[] numbers(PlanShape s) {
        return new double[] {
            s.rho(), s.end(), s.firstEta(), s.lastEta(), s.firstScale(), s.lastScale(), s.slope()
        };
    }

    private static PlanShape shape(double[] n) {
        return new PlanShape(n[0], n[1], n[2], n[3], n[4], n[5], n[6]);
    }
}
