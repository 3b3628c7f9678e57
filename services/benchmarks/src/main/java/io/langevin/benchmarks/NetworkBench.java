package io.langevin.benchmarks;

import io.langevin.noise.NoiseSchedule;
import io.langevin.score.Checkpoint;
import io.langevin.score.CompiledNetwork.Precision;
import io.langevin.score.DenoisingScoreMatching.State;
import io.langevin.score.NetworkArchitecture;
import io.langevin.score.TorchScoreNetwork;
import io.langevin.score.torch.ComputeDevice;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** What share of the machine's convolution peak sampling reaches. */
@Command(
        name = "network",
        description =
                "Sampling's share of the convolution peak of this machine, and how much faster it is"
                        + " in bfloat16.")
final class NetworkBench implements Callable<Integer> {
    @Option(names = "--rounds", defaultValue = "7", description = "Rounds; the median counts.")
    int rounds;

    @Override
    public Integer call() throws Exception {
        System.out.printf(
                "%-28s %10s %10s %8s %7s %14s%n",
                "NETWORK", "ms a call", "GFLOP/s", "peak", "SHARE", "BFLOAT16");
        measure("ngf 32, 28×28×1, batch 128", 32, 1, 28, 128);
        measure("ngf 128, 32×32×3, batch 8", 128, 3, 32, 8);
        measure("ngf 32, 16×16×1, batch 64", 32, 1, 16, 64);
        ResidentMemory.peakMegabytes()
                .ifPresent(peak -> System.out.printf("peak resident memory   %d MB%n", peak));
        return 0;
    }

    private void measure(String name, int ngf, int channels, int size, int batch) throws Exception {
        var architecture =
                new NetworkArchitecture(NetworkArchitecture.Family.BASE, ngf, channels, size);
        Checkpoint checkpoint = untrained(architecture);
        float[] x = new float[batch * architecture.dimension()];
        float[] f = new float[x.length];
        float[] sigma = new float[batch];
        double work = batch * ConvolutionWork.flops(architecture);
        try (var network = new TorchScoreNetwork(checkpoint);
                var rounded =
                        new TorchScoreNetwork(checkpoint, Precision.BFLOAT16, ComputeDevice.CPU);
                var peak =
                        new ConvolutionPeak(
                                new ConvolutionPeak.Kind(batch, 2 * ngf, size / 2),
                                new ConvolutionPeak.Kind(8, 256, 32))) {
            warmUp(() -> network.evaluate(x, sigma, f, batch));
            warmUp(() -> rounded.evaluate(x, sigma, f, batch));
            double[] shares = new double[rounds];
            double[] gains = new double[rounds];
            double[] times = new double[rounds];
            double[] peaks = new double[rounds];
            for (int i = 0; i < rounds; i++) {
                times[i] = Timing.seconds(() -> network.evaluate(x, sigma, f, batch));
                peaks[i] = peak.measure();
                gains[i] = times[i] / Timing.seconds(() -> rounded.evaluate(x, sigma, f, batch));
                shares[i] = work / times[i] / peaks[i];
            }
            double seconds = Timing.median(times);
            double best = Timing.median(peaks);
            System.out.printf(
                    "%-28s %10.1f %10.0f %8.0f %6.0f%% %8.2f times%n",
                    name,
                    1e3 * seconds,
                    work / seconds / 1e9,
                    best / 1e9,
                    100 * Timing.median(shares),
                    Timing.median(gains));
        }
    }

    private static Checkpoint untrained(NetworkArchitecture architecture) {
        return new Checkpoint(
                architecture,
                NoiseSchedule.geometric(1, 0.1, 2),
                1,
                1e-3,
                true,
                "",
                Optional.empty(),
                State.initial(architecture, 1).weights(),
                Map.of());
    }

    private static void warmUp(Timing.Work work) throws Exception {
        for (int i = 0; i < 3; i++) {
            work.run();
        }
    }
}
