package io.langevin.benchmarks;

import io.langevin.local.DeviceOption;
import io.langevin.noise.NoiseSchedule;
import io.langevin.score.CompiledNetwork.Precision;
import io.langevin.score.DenoisingScoreMatching;
import io.langevin.score.DenoisingScoreMatching.State;
import io.langevin.score.ExponentialMovingAverage;
import io.langevin.score.LearningRate;
import io.langevin.score.NetworkArchitecture;
import io.langevin.score.torch.ComputeDevice;
import java.util.Random;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** How long a step of training takes, and how much faster it is in bfloat16. */
@Command(name = "training", description = "A step of training, in float32 and in bfloat16 in turn.")
final class TrainingBench implements Callable<Integer> {
    private static final NetworkArchitecture.Family BASE = NetworkArchitecture.Family.BASE;

    /** Steps before the first that counts. */
    private static final int WARM_UP = 3;

    @Option(names = "--rounds", defaultValue = "7", description = "Rounds; the median counts.")
    int rounds;

    @Option(
            names = "--batch",
            defaultValue = "32",
            description = "Images in a batch (default: ${DEFAULT-VALUE}).")
    int batch;

    @Mixin DeviceOption device;

    @Override
    public Integer call() throws Exception {
        ComputeDevice on = device.chosen();
        System.out.printf("on %s (%s), batches of %d%n", on.name(), on.kind(), batch);
        System.out.printf("%-22s %10s %10s %14s%n", "NETWORK", "ms a step", "images/s", "BFLOAT16");
        measure("ngf 32, 16×16×1", new NetworkArchitecture(BASE, 32, 1, 16), on);
        measure("ngf 32, 28×28×1", new NetworkArchitecture(BASE, 32, 1, 28), on);
        measure("ngf 128, 32×32×3", new NetworkArchitecture(BASE, 128, 3, 32), on);
        return 0;
    }

    private void measure(String name, NetworkArchitecture architecture, ComputeDevice on)
            throws Exception {
        float[] images = new float[batch * architecture.dimension()];
        var random = new Random(1);
        for (int k = 0; k < images.length; k++) {
            images[k] = random.nextFloat();
        }
        try (var exact = training(architecture, Precision.FLOAT32, on);
                var rounded = training(architecture, Precision.BFLOAT16, on)) {
            for (int i = 0; i < WARM_UP; i++) {
                exact.step(images);
                rounded.step(images);
            }
            Timing.Pair times =
                    Timing.inTurn(() -> exact.step(images), () -> rounded.step(images), rounds);
            System.out.printf(
                    "%-22s %10.1f %10.0f %8.2f times%n",
                    name, 1e3 * times.a(), batch / times.a(), times.ratio());
        }
    }

    private static DenoisingScoreMatching training(
            NetworkArchitecture architecture, Precision precision, ComputeDevice on) {
        var settings =
                new DenoisingScoreMatching.Settings(
                        new LearningRate(1e-4, 0, 0),
                        0.9,
                        0.999,
                        1e-8,
                        new ExponentialMovingAverage(0.999, false),
                        1,
                        precision,
                        Double.POSITIVE_INFINITY);
        return new DenoisingScoreMatching(
                architecture,
                NoiseSchedule.geometric(1, 0.01, 10),
                settings,
                State.initial(architecture, 1),
                on);
    }
}
