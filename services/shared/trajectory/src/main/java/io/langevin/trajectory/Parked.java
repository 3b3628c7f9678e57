package io.langevin.trajectory;

import io.langevin.noise.SamplingPlan;
import java.util.Arrays;

/** An image outside the batch: where it is, and all that it needs to go on. */
public final class Parked<T> {
    /** A gaussian takes one random long nearly always, and a few at most. */
    private static final long DRAWN_FOR_A_NUMBER = 4;

    private final Trajectory<T> trajectory;
    private final float[] x;

    Parked(Trajectory<T> trajectory, float[] x) {
        this.trajectory = trajectory;
        this.x = x;
    }

    /**
     * An image as it was saved, perhaps by another process.
     *
     * @param noise made as the saved image's was
     * @param task made as the saved image's was
     * @throws IllegalArgumentException where it does not fit the plan
     */
    public static <T> Parked<T> of(
            T owner, SamplingPlan plan, ImageNoise noise, AfterRow task, Saved saved) {
        require(saved, plan);
        noise.advance(saved.drawn());
        task.restore(saved.gathered());
        var trajectory = new Trajectory<>(owner, plan, noise, task);
        trajectory.row = saved.row();
        trajectory.kept = saved.kept();
        return new Parked<>(trajectory, saved.x());
    }

    private static void require(Saved saved, SamplingPlan plan) {
        int rows = plan.networkEvaluations();
        if (saved.row() < 0 || saved.row() >= rows) {
            throw new IllegalArgumentException(
                    "row: must be 0 to %d, not %d".formatted(rows - 1, saved.row()));
        }
        int dimension = saved.x().length;
        int kept = saved.kept().length;
        boolean wantsKept = plan.row(saved.row()).d() != 0;
        if (kept != dimension && (wantsKept || kept != 0)) {
            throw new IllegalArgumentException(
                    "kept: must have %d numbers, not %d".formatted(dimension, kept));
        }
        long most = DRAWN_FOR_A_NUMBER * dimension * (2L * rows + 2);
        if (Arrays.stream(saved.drawn()).anyMatch(drawn -> drawn > most)) {
            throw new IllegalArgumentException(
                    "drawn: must be at most %d, not %s"
                            .formatted(most, Arrays.toString(saved.drawn())));
        }
    }

    public T owner() {
        return trajectory.owner;
    }

    /** All that a process needs that has the plan, the seed and the task. */
    public Saved saved() {
        return new Saved(
                trajectory.row,
                x,
                trajectory.kept,
                trajectory.noise.drawn(),
                trajectory.task.gathered());
    }

    Trajectory<T> trajectory() {
        return trajectory;
    }

    float[] x() {
        return x;
    }
}
