package io.langevin.benchmarks;

import io.langevin.records.Priority;
import io.langevin.records.Sampler;
import io.langevin.trajectory.ScoreNetwork;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** The time from publishing a request of one image to its first call, beside a batch job. */
final class FirstCall {
    private static final int LARGE = 10_000;
    private static final Sampler BRIEF = BenchPlatform.annealing(2);
    private static final Sampler LONG = Sampler.newBuilder().setStepsPerLevel(1).build();

    private final List<Double> secondsOfCalls = Collections.synchronizedList(new ArrayList<>());

    /** A network whose calls' seconds are noted. */
    ScoreNetwork timed(ScoreNetwork network) {
        return new ScoreNetwork() {
            @Override
            public int dimension() {
                return network.dimension();
            }

            @Override
            public void evaluate(float[] x, float[] sigma, float[] f, int count) {
                long begin = System.nanoTime();
                network.evaluate(x, sigma, f, count);
                secondsOfCalls.add((System.nanoTime() - begin) / 1e9);
            }

            @Override
            public void close() {
                network.close();
            }
        };
    }

    /** Prints how long requests waited, and how long the calls took that they waited for. */
    void measure(BenchPlatform platform, int requests, long seed) throws InterruptedException {
        platform.ask(
                BenchPlatform.request(LONG, LARGE).setPriority(Priority.BATCH).build(),
                outcome -> {});
        secondsOfCalls.clear();
        double[] millis = new double[requests];
        var random = new Random(seed);
        for (int i = 0; i < requests; i++) {
            long pause = Math.round(TimeUnit.SECONDS.toNanos(1) * random.nextDouble() / 2);
            Timing.sleepUntil(System.nanoTime() + pause);
            int number = i;
            var done = new CountDownLatch(1);
            platform.ask(
                    BenchPlatform.request(BRIEF, 1).build(),
                    outcome -> {
                        millis[number] = outcome.getQueuedMillis();
                        done.countDown();
                    });
            done.await();
        }
        double[] calls;
        synchronized (secondsOfCalls) { // the large job goes on
            calls = secondsOfCalls.stream().mapToDouble(Double::doubleValue).toArray();
        }
        System.out.printf(
                """
                first call: after         p50 %6.0f ms   p99 %6.0f ms
                first call: network call  p50 %6.0f ms   p99 %6.0f ms
                """,
                Timing.quantile(millis, 0.5),
                Timing.quantile(millis, 0.99),
                1e3 * Timing.quantile(calls, 0.5),
                1e3 * Timing.quantile(calls, 0.99));
    }
}
