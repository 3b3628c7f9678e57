package io.langevin.benchmarks;

import io.langevin.noise.SamplingPlan;
import io.langevin.score.Checkpoint;
import io.langevin.score.TorchScoreNetwork;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * What a server without continuous batches does: one request after the other, first come first, the
 * images of each in a batch of their own.
 */
final class OneAtATime implements AutoCloseable {
    private final Checkpoint checkpoint;
    private final SamplingPlan plan;
    private final BlockingQueue<Request> waiting = new LinkedBlockingQueue<>();
    private final Thread thread = new Thread(this::run, "one-at-a-time");
    private volatile double busySeconds;

    private record Request(int images, Runnable done) {}

    OneAtATime(Checkpoint checkpoint, SamplingPlan plan) {
        this.checkpoint = checkpoint;
        this.plan = plan;
        thread.setDaemon(true);
        thread.start();
    }

    void ask(int images, Runnable done) {
        waiting.add(new Request(images, done));
    }

    /** Seconds of work so far. */
    double busySeconds() {
        return busySeconds;
    }

    private void run() {
        try (var network = new TorchScoreNetwork(checkpoint)) {
            while (true) {
                Request next = waiting.take();
                long begin = System.nanoTime();
                BareLoop.run(network, plan, next.images(), next.images());
                busySeconds += (System.nanoTime() - begin) / 1e9;
                next.done().run();
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
