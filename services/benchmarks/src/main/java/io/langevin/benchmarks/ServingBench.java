package io.langevin.benchmarks;

import io.langevin.embedded.EmbeddedBackends;
import io.langevin.local.LocalConfig;
import io.langevin.noise.AnnealedLangevin;
import io.langevin.noise.SamplingPlan;
import io.langevin.records.Sampler;
import io.langevin.score.Checkpoint;
import io.langevin.score.TorchScoreNetwork;
import io.langevin.score.torch.ComputeDevice;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The sampling service under load. */
@Command(
        name = "serving",
        description = {
            "The sampling service alone on a broker, with the bundled model:",
            "  SATURATED   images a second as a share of the bare loop's",
            "  POISSON     latency at 70 %% load against one request at a time, for two mixes",
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

    @Option(names = "--parts", split = ",", description = "Which (default: all).")
    Set<Part> parts = EnumSet.allOf(Part.class);

    @Option(
            names = "--images",
            defaultValue = "512",
            description =
                    "Images a round where the service is saturated (default: ${DEFAULT-VALUE}).")
    int images;

    @Option(
            names = "--rounds",
            defaultValue = "3",
            description = "SATURATED: rounds; the median counts (default: ${DEFAULT-VALUE}).")
    int rounds;

    @Option(
            names = "--requests",
            defaultValue = "500",
            description = "POISSON: requests of each mix (default: ${DEFAULT-VALUE}).")
    int requests;

    @Option(
            names = "--first-calls",
            defaultValue = "200",
            description = "FIRST_CALL: requests (default: ${DEFAULT-VALUE}).")
    int firstCalls;

    @Option(
            names = "--seconds",
            defaultValue = "30",
            description = "WORKERS: length of each measurement (default: ${DEFAULT-VALUE}).")
    int seconds;

    @Option(
            names = "--seed",
            defaultValue = "1",
            description = "Of arrivals and sizes (default: ${DEFAULT-VALUE}).")
    long seed;

    @Override
    public Integer call() throws Exception {
        Path home = LocalConfig.homeOfProcess();
        Path folder = Files.createTempDirectory("langevin-bench");
        Path model = home.resolve("services/local/bundled/models/fashion.safetensors");
        Checkpoint checkpoint = Checkpoint.parse(Files.readAllBytes(model));
        try (EmbeddedBackends broker = BenchPlatform.broker(folder)) {
            if (parts.contains(Part.WORKERS)) {
                new WorkerProcesses(broker, folder, checkpoint, seconds).measure();
            }
            if (!parts.equals(EnumSet.of(Part.WORKERS))) {
                inThisProcess(broker, folder, checkpoint);
            }
        }
        return 0;
    }

    private void inThisProcess(EmbeddedBackends broker, Path folder, Checkpoint checkpoint)
            throws Exception {
        var firstCall = new FirstCall();
        try (var platform = BenchPlatform.on(broker, "real.", folder, checkpoint)) {
            var metrics = new SimpleMeterRegistry();
            platform.serve(
                    Map.of(),
                    (model, precision) ->
                            firstCall.timed(
                                    new TorchScoreNetwork(model, precision, ComputeDevice.CPU)),
                    metrics);
            int slots =
                    (int)
                            (metrics.counter("langevin.sampling.slots.offered").count()
                                    / metrics.counter("langevin.sampling.network.calls").count());
            System.out.printf("slots of a network call:  %8d%n", slots);
            if (parts.contains(Part.SATURATED)) {
                saturated(platform, checkpoint, slots);
            }
            if (parts.contains(Part.POISSON)) {
                try (var other = BenchPlatform.on(broker, "one.", folder, checkpoint)) {
                    new LatencyUnderLoad(platform, other, requests, seed).measure(images);
                }
            }
            if (parts.contains(Part.FIRST_CALL)) {
                firstCall.measure(platform, firstCalls, seed);
            }
        }
    }

    private void saturated(BenchPlatform platform, Checkpoint checkpoint, int slots)
            throws Exception {
        SamplingPlan plan =
                AnnealedLangevin.plan(checkpoint.schedule(), 1, checkpoint.epsilon(), true);
        Sampler sampler = Sampler.newBuilder().setStepsPerLevel(1).build();
        try (var network = new TorchScoreNetwork(checkpoint)) {
            Timing.Work bare = () -> BareLoop.run(network, plan, slots, images);
            Timing.Work service = () -> platform.sample(sampler, images);
            bare.run();
            service.run();
            var pair = Timing.inTurn(bare, service, rounds);
            System.out.printf(
                    """
                    saturated: bare loop      %8.1f images/s
                    saturated: service        %8.1f images/s
                    saturated: share          %8.1f %%
                    """,
                    images / pair.a(), images / pair.b(), 100 * pair.ratio());
        }
    }
}
