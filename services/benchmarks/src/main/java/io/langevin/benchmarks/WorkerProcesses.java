package io.langevin.benchmarks;

import io.langevin.embedded.EmbeddedBackends;
import io.langevin.records.SampleRequest;
import io.langevin.records.Sampler;
import io.langevin.score.Checkpoint;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** What several worker processes do together, each on a {@link PacedNetwork}. */
final class WorkerProcesses {
    /** More than it can do meanwhile, also where partitions have unequal parts. */
    private static final int REQUESTS_OF_A_WORKER = 1_000;

    private static final Sampler SAMPLER = Sampler.newBuilder().setNetworkEvaluations(20).build();

    private final EmbeddedBackends broker;
    private final Path folder;
    private final Checkpoint checkpoint;
    private final int seconds;

    WorkerProcesses(EmbeddedBackends broker, Path folder, Checkpoint checkpoint, int seconds) {
        this.broker = broker;
        this.folder = folder;
        this.checkpoint = checkpoint;
        this.seconds = seconds;
    }

    /** Prints images a second of 1, 2 and 8. */
    void measure() throws IOException, InterruptedException {
        double one = 0;
        for (int count : new int[] {1, 2, 8}) {
            double rate = rate(count);
            one = count == 1 ? rate : one;
            System.out.printf(
                    "workers: %d                %8.1f images/s, %.2f times one's%n",
                    count, rate, rate / one);
        }
    }

    /** Images a second that so many processes commit while every partition has work. */
    private double rate(int count) throws IOException, InterruptedException {
        String prefix = "workers" + count + ".";
        List<Process> processes = new ArrayList<>();
        try (var platform = BenchPlatform.on(broker, prefix, folder, checkpoint)) {
            var committed = new AtomicLong();
            for (int i = 0; i < REQUESTS_OF_A_WORKER * Math.max(2, count); i++) {
                SampleRequest request =
                        BenchPlatform.request(SAMPLER, BenchPlatform.PER_REQUEST).build();
                platform.ask(request, outcome -> committed.addAndGet(outcome.getImages()));
            }
            for (int i = 0; i < count; i++) {
                processes.add(worker(platform, "worker-" + i, folder.resolve(prefix + i)));
            }
            Timing.sleepUntil(System.nanoTime() + TimeUnit.SECONDS.toNanos(10 + 4L * count));
            long before = committed.get();
            long begin = System.nanoTime();
            Timing.sleepUntil(begin + TimeUnit.SECONDS.toNanos(seconds));
            return (committed.get() - before) / ((System.nanoTime() - begin) / 1e9);
        } finally {
            for (Process process : processes) {
                process.destroyForcibly().onExit().join();
            }
        }
    }

    private static Process worker(BenchPlatform platform, String instance, Path log)
            throws IOException {
        var builder =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-Xmx256m",
                                "-XX:+UseSerialGC",
                                "-XX:TieredStopAtLevel=1",
                                "-cp",
                                System.getProperty("java.class.path"),
                                PacedNetwork.class.getName())
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile());
        builder.environment().putAll(platform.environment(instance));
        builder.environment().put("LANGEVIN_SAMPLING_SLOTS", "" + BareLoop.SLOTS);
        builder.environment().put("LANGEVIN_HTTP_PORT", "0");
        return builder.start();
    }
}
