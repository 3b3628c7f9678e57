package io.langevin.trajectory;

import io.langevin.noise.SamplingPlan;

/** An image on its way: how far it is, and all that it needs to go on but its place. */
final class Trajectory<T> {
    final T owner;
    final SamplingPlan plan;
    final ImageNoise noise;
    final AfterRow task;

    /** The next one. */
    int row;

    /** What an earlier row kept: D numbers, or none. */
    float[] kept = {};

    Trajectory(T owner, SamplingPlan plan, ImageNoise noise, AfterRow task) {
        this.owner = owner;
        this.plan = plan;
        this.noise = noise;
        this.task = task;
    }

    SamplingPlan.Row next() {
        return plan.row(row);
    }
}
