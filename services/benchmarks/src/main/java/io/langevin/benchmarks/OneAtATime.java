package io.langevin.benchmarks;

import io.langevin.noise.SamplingPlan;
import io.langevin.score.Checkpoint;
import io.langevin.score.ImageNoise;
import io.langevin.score.TorchScoreNetwork;
import io.langevin.score.TrajectoryBatch;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;

/** What a server without continuous batches does: one request after the other, first come first. */
final class OneAtATime implements AutoCloseable {
    private final Checkpoint checkpoint;
    private final SamplingPlan plan;
    private final Consumer<Arrival> done;
    private final BlockingQueue<Arrival> waiting = new LinkedBlockingQueue<>();
    private final Thread thread = new Thread(this::run, "one-at-a-time");

    /** A request. */
    record Arrival(int number, int images) {}

    OneAtATime(Checkpoint checkpoint, SamplingPlan plan, Consumer<Arrival> done) {
        this.checkpoint = checkpoint;
        this.plan = plan;
        this.done = done;
        thread.setDaemon(true);
        thread.start();
    }

    void ask(Arrival arrival) {
        waiting.add(arrival);
    }

    private void run() {
        try (var network = new TorchScoreNetwork(checkpoint)) {
            while (true) {
                Arrival next = waiting.take();
                var batch = new TrajectoryBatch<Integer>(network, next.images());
                for (int i = 0; i < next.images(); i++) {
                    batch.add(i, plan, ImageNoise.seeded(i));
                }
                while (batch.size() > 0) {
                    batch.step();
                }
                done.accept(next);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // closed
        }
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
