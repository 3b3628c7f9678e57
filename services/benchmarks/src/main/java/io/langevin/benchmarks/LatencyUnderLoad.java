package io.langevin.benchmarks;

import io.langevin.records.Sampler;
import io.langevin.sampling.SamplingService;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/**
 * Requests that arrive at random, as many a second as keep the service busy for 70 % of the time
 * were they to come one on the heels of the other. The same service gets them once more, told to
 * work on one request at a time, as they come: all but who shares a network call is equal.
 */
final class LatencyUnderLoad {
    private static final double LOAD = 0.7;
    private static final int ROUNDS = 3;
    private static final Sampler SAMPLER = BenchPlatform.annealing(16);

    /** What requests ask for: each of these numbers of images equally often. */
    private static final List<int[]> MIXES =
            List.of(IntStream.rangeClosed(1, 16).toArray(), new int[] {1, 2, 4, 8, 16});

    private final BenchPlatform service;
    private final BenchPlatform oneAtATime;
    private final MeterRegistry metrics = new SimpleMeterRegistry();
    private final int requests;
    private final long seed;

    /**
     * @param service has a sampling service
     * @param oneAtATime gets one that takes no request while it works on another
     */
    LatencyUnderLoad(BenchPlatform service, BenchPlatform oneAtATime, int requests, long seed) {
        this.service = service;
        this.oneAtATime = oneAtATime;
        this.requests = requests;
        this.seed = seed;
    }

    /**
     * Prints both servers' mean and 99th percentile, and what one is of the other.
     *
     * @param images of each round that measures what the saturated service can do
     */
    void measure(int images) throws Exception {
        oneAtATime.serve(
                Map.of("LANGEVIN_SAMPLING_ADMITTED_IMAGES", "1"),
                SamplingService.ON_PROCESSOR,
                metrics);
        double[] imagesPerSecond = new double[ROUNDS];
        for (int i = 0; i < ROUNDS; i++) {
            imagesPerSecond[i] = images / Timing.seconds(() -> service.sample(SAMPLER, images));
        }
        for (int[] mix : MIXES) {
            measure(mix, LOAD * Timing.median(imagesPerSecond));
        }
    }

    private void measure(int[] mix, double imagesPerSecond) throws InterruptedException {
        double perSecond = imagesPerSecond / Arrays.stream(mix).average().orElseThrow();
        double[] ours = latencies(service, mix, perSecond);
        double before = networkSeconds();
        double[] others = latencies(oneAtATime, mix, perSecond);
        double needed = (networkSeconds() - before) / requests;
        System.out.printf(
                """
                poisson: requests of      %s images, %.2f a second
                poisson: one at a time    %8.0f %% of its time wanted for network calls
                poisson: one at a time    mean %6.2f s   p99 %6.2f s
                poisson: service          mean %6.2f s   p99 %6.2f s
                poisson: service/one      mean %6.2f     p99 %6.2f
                """,
                Arrays.toString(mix),
                perSecond,
                100 * needed * perSecond,
                Timing.mean(others),
                Timing.quantile(others, 0.99),
                Timing.mean(ours),
                Timing.quantile(ours, 0.99),
                Timing.mean(ours) / Timing.mean(others),
                Timing.quantile(ours, 0.99) / Timing.quantile(others, 0.99));
    }

    /** Requests of the server that takes one at a time, in all. */
    private double networkSeconds() {
        return metrics.timer("langevin.sampling.network.call").totalTime(TimeUnit.SECONDS);
    }

    /** Seconds from arrival to end; arrivals are the same for every server. */
    private double[] latencies(BenchPlatform server, int[] mix, double perSecond)
            throws InterruptedException {
        var random = new Random(seed);
        double[] seconds = new double[requests];
        var done = new CountDownLatch(requests);
        long arrives = System.nanoTime();
        for (int i = 0; i < requests; i++) {
            arrives += Math.round(-1e9 * Math.log(1 - random.nextDouble()) / perSecond);
            int count = mix[random.nextInt(mix.length)];
            Timing.sleepUntil(arrives);
            int number = i;
            long arrived = arrives;
            server.ask(
                    BenchPlatform.request(SAMPLER, count).build(),
                    outcome -> {
                        seconds[number] = (System.nanoTime() - arrived) / 1e9;
                        done.countDown();
                    });
        }
        done.await();
        return seconds;
    }
}
