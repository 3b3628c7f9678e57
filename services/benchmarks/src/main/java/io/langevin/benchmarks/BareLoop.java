package io.langevin.benchmarks;

import io.langevin.noise.SamplingPlan;
import io.langevin.trajectory.ImageNoise;
import io.langevin.trajectory.ScoreNetwork;
import io.langevin.trajectory.TrajectoryBatch;

/** Sampling with nothing around it: a batch that is full as long as there are images to begin. */
final class BareLoop {
    static final int SLOTS = 64;

    private BareLoop() {}

    static void run(ScoreNetwork network, SamplingPlan plan, int slots, int images) {
        var batch = new TrajectoryBatch<Integer>(network, slots);
        int begun = 0;
        int finished = 0;
        while (finished < images) {
            while (begun < images && batch.free() > 0) {
                batch.add(begun, plan, ImageNoise.seeded(begun));
                begun++;
            }
            finished += batch.step().size();
        }
    }
}
