package io.langevin.benchmarks;

import io.langevin.embedded.EmbeddedPlatform;
import io.langevin.local.LocalConfig;
import io.langevin.noise.AnnealedLangevin;
import io.langevin.noise.SamplingPlan;
import io.langevin.records.Priority;
import io.langevin.records.SampleRequest;
import io.langevin.records.Sampler;
import io.langevin.score.Checkpoint;
import io.langevin.score.ScoreNetwork;
import io.langevin.score.TorchScoreNetwork;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.locks.LockSupport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The sampling service under load. */
@Command(
        name = "serving",
        description = {
            "The sampling service alone on a broker, with the bundled model:",
            "  SATURATED   images a second as a share of the bare loop's",
            "  POISSON     latency at 70 %% load against one request at a time",
            "  FIRST_CALL  from publishing to the first network call, beside a batch job",
            "  WORKERS     images a second of 2 and 8 worker processes against 1, on a network"
                    + " that sleeps as a GPU would"
        })
final class ServingBench implements Callable<Integer> {
    private enum Part {
        SATURATED,
        POISSON,
        FIRST_CALL,
        WORKERS
    }

    static final int PER_REQUEST = 16;
    private static final double LOAD = 0.7;

    @Option(names = "--parts", split = ",", description = "Which (default: all).")
    Set<Part> parts = EnumSet.allOf(Part.class);

    @Option(names = "--images", defaultValue = "512", description = "SATURATED: images a round.")
    int images;

    @Option(names = "--rounds", defaultValue = "3", description = "SATURATED: rounds.")
    int rounds;

    @Option(
            names = "--requests",
            defaultValue = "100",
            description = "POISSON and FIRST_CALL: requests (default: 100).")
    int requests;

    @Option(
            names = "--seconds",
            defaultValue = "30",
            description = "WORKERS: length of each measurement (default: 30).")
    int seconds;

    @Option(names = "--seed", defaultValue = "1", description = "Of arrivals and sizes.")
    long seed;

    @Override
    public Integer call() throws Exception {
        Path home = LocalConfig.homeOfProcess();
        Path folder = Files.createTempDirectory("langevin-bench");
        Path model = home.resolve("services/local/bundled/models/fashion.safetensors");
        Checkpoint checkpoint = Checkpoint.parse(Files.readAllBytes(model));
        try (EmbeddedPlatform broker = ServingPlatform.broker(folder)) {
            if (parts.contains(Part.WORKERS)) {
                new WorkerProcesses(broker, folder, checkpoint, seconds).measure();
            }
            if (!parts.equals(EnumSet.of(Part.WORKERS))) {
                inThisProcess(broker, folder, checkpoint);
            }
        }
        return 0;
    }

    private void inThisProcess(EmbeddedPlatform broker, Path folder, Checkpoint checkpoint)
            throws Exception {
        List<Double> calls = Collections.synchronizedList(new ArrayList<>());
        try (var platform = ServingPlatform.on(broker, "real.", folder, checkpoint)) {
            Map<String, Runnable> awaited = new ConcurrentHashMap<>();
            BlockingQueue<Long> queued = new LinkedBlockingQueue<>();
            platform.follow(
                    (outcome, source) -> {
                        Runnable told = awaited.remove(source.key());
                        if (told != null) {
                            queued.add(outcome.getQueuedMillis());
                            told.run();
                        }
                    });
            platform.serve(
                    (model, precision) -> timed(new TorchScoreNetwork(model, precision), calls),
                    new SimpleMeterRegistry());
            double rate = saturated(platform, checkpoint, awaited);
            if (parts.contains(Part.POISSON)) {
                poisson(platform, checkpoint, awaited, rate);
            }
            if (parts.contains(Part.FIRST_CALL)) {
                queued.clear();
                calls.clear();
                firstCall(platform, awaited, queued, calls);
            }
        }
    }

    private static SamplingPlan plan(Checkpoint checkpoint) {
        return AnnealedLangevin.plan(checkpoint.schedule(), 1, checkpoint.epsilon(), true);
    }

    static SampleRequest.Builder request(int count) {
        return SampleRequest.newBuilder()
                .setRequestId(UUID.randomUUID().toString())
                .setModel(ServingPlatform.MODEL)
                .setCount(count)
                .setSampler(Sampler.newBuilder().setStepsPerLevel(1).build());
    }

    /** Images a second of the service. */
    private double saturated(
            ServingPlatform platform, Checkpoint checkpoint, Map<String, Runnable> awaited)
            throws Exception {
        try (var network = new TorchScoreNetwork(checkpoint)) {
            BareLoop.run(network, plan(checkpoint), images);
            all(platform, awaited);
            if (!parts.contains(Part.SATURATED)) {
                return images / Timing.seconds(() -> all(platform, awaited));
            }
            var pair =
                    Timing.inTurn(
                            () -> BareLoop.run(network, plan(checkpoint), images),
                            () -> all(platform, awaited),
                            rounds);
            System.out.printf(
                    """
                    saturated: bare loop      %8.1f images/s
                    saturated: service        %8.1f images/s
                    saturated: share          %8.1f %%
                    """,
                    images / pair.a(), images / pair.b(), 100 * pair.ratio());
            return images / pair.b();
        }
    }

    private void all(ServingPlatform platform, Map<String, Runnable> awaited)
            throws InterruptedException {
        int count = images / PER_REQUEST;
        var done = new CountDownLatch(count);
        for (int i = 0; i < count; i++) {
            SampleRequest request = request(PER_REQUEST).build();
            awaited.put(request.getRequestId(), done::countDown);
            platform.ask(request);
        }
        done.await();
    }

    /** Requests of 1 to 16 images, as many a second as 70 % of the images that can be made. */
    private void poisson(
            ServingPlatform platform,
            Checkpoint checkpoint,
            Map<String, Runnable> awaited,
            double imagesPerSecond)
            throws InterruptedException {
        double meanSize = (1 + PER_REQUEST) / 2.0;
        double perSecond = LOAD * imagesPerSecond / meanSize;
        double[] ours =
                latencies(
                        perSecond,
                        (arrival, done) -> {
                            SampleRequest request = request(arrival.images()).build();
                            awaited.put(request.getRequestId(), done);
                            platform.ask(request);
                        });
        Map<Integer, Runnable> theirs = new ConcurrentHashMap<>();
        double[] others;
        try (var server =
                new OneAtATime(
                        checkpoint,
                        plan(checkpoint),
                        arrival -> theirs.remove(arrival.number()).run())) {
            others =
                    latencies(
                            perSecond,
                            (arrival, done) -> {
                                theirs.put(arrival.number(), done);
                                server.ask(arrival);
                            });
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

    /** Takes a request and promises to run something when it is done. */
    private interface Server {
        void ask(OneAtATime.Arrival arrival, Runnable done) throws InterruptedException;
    }

    /** Seconds from arrival to end; arrivals are the same for every server. */
    private double[] latencies(double perSecond, Server server) throws InterruptedException {
        var random = new Random(seed);
        double[] latencies = new double[requests];
        var done = new CountDownLatch(requests);
        long arrives = System.nanoTime();
        for (int i = 0; i < requests; i++) {
            arrives += Math.round(-1e9 * Math.log(1 - random.nextDouble()) / perSecond);
            int count = 1 + random.nextInt(PER_REQUEST);
            sleepUntil(arrives);
            int number = i;
            long arrived = arrives;
            server.ask(
                    new OneAtATime.Arrival(number, count),
                    () -> {
                        latencies[number] = (System.nanoTime() - arrived) / 1e9;
                        done.countDown();
                    });
        }
        done.await();
        return latencies;
    }

    static void sleepUntil(long nanoTime) {
        for (long left = nanoTime - System.nanoTime();
                left > 0;
                left = nanoTime - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }

    /** Single images beside a batch job that keeps the device busy. */
    private void firstCall(
            ServingPlatform platform,
            Map<String, Runnable> awaited,
            BlockingQueue<Long> queued,
            List<Double> calls)
            throws InterruptedException {
        SampleRequest background = request(10_000).setPriority(Priority.BATCH).build();
        platform.ask(background);
        var random = new Random(seed);
        for (int i = 0; i < requests; i++) {
            sleepUntil(System.nanoTime() + Math.round(5e8 * random.nextDouble()));
            SampleRequest request =
                    request(1)
                            .setSampler(Sampler.newBuilder().setNetworkEvaluations(2).build())
                            .build();
            var done = new CountDownLatch(1);
            awaited.put(request.getRequestId(), done::countDown);
            platform.ask(request);
            done.await();
        }
        double[] millis = queued.stream().mapToDouble(Long::doubleValue).toArray();
        double[] ofCalls = calls.stream().mapToDouble(Double::doubleValue).toArray();
        System.out.printf(
                """
                first call: after         p50 %6.0f ms   p99 %6.0f ms
                first call: network call  p50 %6.0f ms   p99 %6.0f ms
                """,
                Timing.quantile(millis, 0.5),
                Timing.quantile(millis, 0.99),
                1e3 * Timing.quantile(ofCalls, 0.5),
                1e3 * Timing.quantile(ofCalls, 0.99));
    }

    /** The same network; the seconds of its calls are noted. */
    private static ScoreNetwork timed(ScoreNetwork network, List<Double> calls) {
        return new ScoreNetwork() {
            @Override
            public int dimension() {
                return network.dimension();
            }

            @Override
            public void evaluate(float[] x, float[] sigma, float[] f, int count) {
                long begin = System.nanoTime();
                network.evaluate(x, sigma, f, count);
                calls.add((System.nanoTime() - begin) / 1e9);
            }

            @Override
            public void close() {
                network.close();
            }
        };
    }
}
