package io.langevin.benchmarks;

import io.langevin.noise.SamplingPlan;
import io.langevin.score.Checkpoint;
import io.langevin.score.ImageNoise;
import io.langevin.score.TorchScoreNetwork;
import io.langevin.score.TrajectoryBatch;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * What a server without continuous batches does: one request after the other, first come first, the
 * images of each in a batch of their own.
 */
final class OneAtATime implements AutoCloseable {
    private final Checkpoint checkpoint;
    private final SamplingPlan plan;
    private final int largest;
    private final CountDownLatch prepared = new CountDownLatch(1);
    private final BlockingQueue<Request> waiting = new LinkedBlockingQueue<>();
    private final Thread thread = new Thread(this::run, "one-at-a-time");
    private volatile double busySeconds;

    private record Request(int images, Runnable done) {}

    private OneAtATime(Checkpoint checkpoint, SamplingPlan plan, int largest) {
        this.checkpoint = checkpoint;
        this.plan = plan;
        this.largest = largest;
        thread.setDaemon(true);
    }

    /** Returns when it has called its network for each number of images up to the largest. */
    static OneAtATime start(Checkpoint checkpoint, SamplingPlan plan, int largest)
            throws InterruptedException {
        var server = new OneAtATime(checkpoint, plan, largest);
        server.thread.start();
        server.prepared.await();
        return server;
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
            for (int images = 1; images <= largest; images++) {
                var batch = new TrajectoryBatch<Integer>(network, images);
                while (batch.free() > 0) {
                    batch.add(0, plan, ImageNoise.seeded(0));
                }
                batch.step();
            }
            prepared.countDown();
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
