package io.langevin.benchmarks;

import io.langevin.records.Sampler;
import io.langevin.records.SamplerKind;
import io.langevin.score.TorchScoreNetwork;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.DoubleAdder;

/**
 * Requests of 1 to 16 images that arrive at random, as many a second as keep the service busy for
 * 70 % of the time were they to come one on the heels of the other. The same service gets them once
 * more, told to work on one request at a time: all but the sharing of network calls is equal.
 */
final class LatencyUnderLoad {
    private static final double LOAD = 0.7;
    private static final int LARGEST = 16;
    private static final double MEAN_IMAGES = (1 + LARGEST) / 2.0;
    private static final int EVALUATIONS = 16;
    private static final int ROUNDS = 3;
    private static final Sampler SAMPLER =
            Sampler.newBuilder()
                    .setKind(SamplerKind.CONSISTENT_ANNEALING)
                    .setNetworkEvaluations(EVALUATIONS)
                    .build();

    private final ServingPlatform service;
    private final ServingPlatform oneAtATime;
    private final int requests;
    private final long seed;

    /**
     * @param service has a sampling service
     * @param oneAtATime gets one that takes no request while it works on another
     */
    LatencyUnderLoad(ServingPlatform service, ServingPlatform oneAtATime, int requests, long seed) {
        this.service = service;
        this.oneAtATime = oneAtATime;
        this.requests = requests;
        this.seed = seed;
    }

    /**
     * @param seconds from arrival to end, of each request
     * @param computing seconds from a request's first network call to its end, the mean
     */
    private record Latencies(double[] seconds, double computing) {
        double mean() {
            return Timing.mean(seconds);
        }

        double p99() {
            return Timing.quantile(seconds, 0.99);
        }
    }

    /**
     * Prints both servers' mean and 99th percentile, and what one is of the other.
     *
     * @param images of each round that measures what the saturated service can do
     */
    void measure(int images) throws Exception {
        oneAtATime.serve(
                Map.of("LANGEVIN_SAMPLING_ADMITTED_IMAGES", "1"),
                TorchScoreNetwork::new,
                new SimpleMeterRegistry());
        double[] imagesPerSecond = new double[ROUNDS];
        for (int i = 0; i < ROUNDS; i++) {
            imagesPerSecond[i] = images / Timing.seconds(() -> service.sample(SAMPLER, images));
        }
        double perSecond = LOAD * Timing.median(imagesPerSecond) / MEAN_IMAGES;
        Latencies ours = latencies(service, perSecond);
        Latencies others = latencies(oneAtATime, perSecond);
        System.out.printf(
                """
                poisson: arrivals         %8.2f requests/s, %.1f images/s
                poisson: one at a time    %8.0f %% of its time wanted
                poisson: one at a time    mean %6.2f s   p99 %6.2f s
                poisson: service          mean %6.2f s   p99 %6.2f s
                poisson: service/one      mean %6.2f     p99 %6.2f
                """,
                perSecond,
                perSecond * MEAN_IMAGES,
                100 * others.computing() * perSecond,
                others.mean(),
                others.p99(),
                ours.mean(),
                ours.p99(),
                ours.mean() / others.mean(),
                ours.p99() / others.p99());
    }

    /** Arrivals are the same for every server. */
    private Latencies latencies(ServingPlatform server, double perSecond)
            throws InterruptedException {
        var random = new Random(seed);
        double[] seconds = new double[requests];
        var computing = new DoubleAdder();
        var done = new CountDownLatch(requests);
        long arrives = System.nanoTime();
        for (int i = 0; i < requests; i++) {
            arrives += Math.round(-1e9 * Math.log(1 - random.nextDouble()) / perSecond);
            int count = 1 + random.nextInt(LARGEST);
            Timing.sleepUntil(arrives);
            int number = i;
            long arrived = arrives;
            server.ask(
                    ServingPlatform.request(SAMPLER, count).build(),
                    outcome -> {
                        seconds[number] = (System.nanoTime() - arrived) / 1e9;
                        computing.add(outcome.getComputedMillis() / 1e3);
                        done.countDown();
                    });
        }
        done.await();
        return new Latencies(seconds, computing.sum() / requests);
    }
}
