package io.langevin.benchmarks;

import io.langevin.noise.ConsistentAnnealing;
import io.langevin.records.Sampler;
import io.langevin.records.SamplerKind;
import io.langevin.score.Checkpoint;
import java.util.Random;
import java.util.concurrent.CountDownLatch;

/**
 * Requests of 1 to 16 images that arrive at random, as many a second as keep the service busy for
 * 70 % of the time were they to come one on the heels of the other. A server of one request at a
 * time gets the same ones.
 */
final class LatencyUnderLoad {
    private static final double LOAD = 0.7;
    private static final int LARGEST = 16;
    private static final int EVALUATIONS = 16;
    private static final Sampler SAMPLER =
            Sampler.newBuilder()
                    .setKind(SamplerKind.CONSISTENT_ANNEALING)
                    .setNetworkEvaluations(EVALUATIONS)
                    .build();

    private final ServingPlatform platform;
    private final Checkpoint checkpoint;
    private final int requests;
    private final long seed;

    LatencyUnderLoad(ServingPlatform platform, Checkpoint checkpoint, int requests, long seed) {
        this.platform = platform;
        this.checkpoint = checkpoint;
        this.requests = requests;
        this.seed = seed;
    }

    /** Takes a request and promises to run something when it is done. */
    private interface Server {
        void ask(int images, Runnable done) throws InterruptedException;
    }

    /** Prints both servers' mean and 99th percentile, and what one is of the other. */
    void measure(int images) throws Exception {
        platform.sample(SAMPLER, images);
        double imagesPerSecond = images / Timing.seconds(() -> platform.sample(SAMPLER, images));
        double perSecond = LOAD * imagesPerSecond / ((1 + LARGEST) / 2.0);
        double[] ours = latencies(perSecond, this::askService);
        double[] others;
        var plan = ConsistentAnnealing.plan(checkpoint.schedule(), EVALUATIONS, true);
        try (var server = OneAtATime.start(checkpoint, plan, LARGEST)) {
            others = latencies(perSecond, server::ask);
            System.out.printf(
                    "poisson: one at a time is busy %.0f %% of the time%n",
                    100 * server.busySeconds() * perSecond / requests);
        }
        System.out.printf(
                """
                poisson: one at a time    mean %6.2f s   p99 %6.2f s
                poisson: service          mean %6.2f s   p99 %6.2f s
                poisson: service/one      mean %6.2f     p99 %6.2f
                """,
                Timing.mean(others),
                Timing.quantile(others, 0.99),
                Timing.mean(ours),
                Timing.quantile(ours, 0.99),
                Timing.mean(ours) / Timing.mean(others),
                Timing.quantile(ours, 0.99) / Timing.quantile(others, 0.99));
    }

    private void askService(int images, Runnable done) throws InterruptedException {
        platform.ask(ServingPlatform.request(SAMPLER, images).build(), outcome -> done.run());
    }

    /** Seconds from arrival to end; arrivals are the same for every server. */
    private double[] latencies(double perSecond, Server server) throws InterruptedException {
        var random = new Random(seed);
        double[] latencies = new double[requests];
        var done = new CountDownLatch(requests);
        long arrives = System.nanoTime();
        for (int i = 0; i < requests; i++) {
            arrives += Math.round(-1e9 * Math.log(1 - random.nextDouble()) / perSecond);
            int count = 1 + random.nextInt(LARGEST);
            Timing.sleepUntil(arrives);
            int number = i;
            long arrived = arrives;
            server.ask(
                    count,
                    () -> {
                        latencies[number] = (System.nanoTime() - arrived) / 1e9;
                        done.countDown();
                    });
        }
        done.await();
        return latencies;
    }
}
