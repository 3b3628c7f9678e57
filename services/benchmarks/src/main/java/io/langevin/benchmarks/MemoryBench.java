package io.langevin.benchmarks;

import io.langevin.datasets.ImageDataset;
import io.langevin.datasets.ImageShape;
import io.langevin.local.LocalConfig;
import io.langevin.noise.AnnealedLangevin;
import io.langevin.noise.SamplingPlan;
import io.langevin.score.Checkpoint;
import io.langevin.score.DenoisingScoreMatching;
import io.langevin.score.ExponentialMovingAverage;
import io.langevin.score.LearningRate;
import io.langevin.score.TorchScoreNetwork;
import io.langevin.score.torch.ComputeDevice;
import io.langevin.trajectory.ImageNoise;
import io.langevin.trajectory.TrajectoryBatch;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Whether memory stays flat. */
@Command(
        name = "memory",
        description = "Resident memory of sampling and training in turn, minute by minute (Linux).")
final class MemoryBench implements Callable<Integer> {
    private static final int BATCH = 32;

    @Option(names = "--minutes", defaultValue = "30", description = "How long (default: 30).")
    int minutes;

    @Override
    public Integer call() throws Exception {
        Path bundled = LocalConfig.homeOfProcess().resolve("services/local/bundled");
        Checkpoint checkpoint =
                Checkpoint.parse(Files.readAllBytes(bundled.resolve("models/fashion.safetensors")));
        ImageDataset data =
                ImageDataset.read(bundled.resolve("datasets/fashion"), new ImageShape(16, 1));
        var settings =
                new DenoisingScoreMatching.Settings(
                        new LearningRate(1e-3, 50, 0),
                        0.9,
                        0.999,
                        1e-8,
                        new ExponentialMovingAverage(0.999, true),
                        1);
        var state = DenoisingScoreMatching.State.initial(checkpoint.architecture(), 1);
        try (var training =
                        new DenoisingScoreMatching(
                                checkpoint.architecture(),
                                checkpoint.schedule(),
                                settings,
                                state,
                                ComputeDevice.CPU);
                var batch =
                        new TrajectoryBatch<Integer>(new TorchScoreNetwork(checkpoint), BATCH)) {
            run(training, batch, checkpoint, data);
        }
        return 0;
    }

    private void run(
            DenoisingScoreMatching training,
            TrajectoryBatch<Integer> batch,
            Checkpoint checkpoint,
            ImageDataset data)
            throws Exception {
        SamplingPlan plan =
                AnnealedLangevin.plan(checkpoint.schedule(), 1, checkpoint.epsilon(), true);
        float[] images = new float[BATCH * data.dimension()];
        long calls = 0;
        for (int minute = 0; minute <= minutes; minute++) {
            System.gc();
            System.out.printf(
                    "minute %3d   %7d calls   %4d MB%n",
                    minute, calls, ResidentMemory.megabytes().orElse(0));
            long end = System.nanoTime() + 60_000_000_000L;
            while (minute < minutes && System.nanoTime() < end) {
                while (batch.free() > 0) {
                    batch.add(0, plan, ImageNoise.seeded(calls));
                }
                batch.step();
                for (int i = 0; i < BATCH; i++) {
                    data.copyInto(
                            images, i * data.dimension(), (int) ((calls + i) % data.size()), false);
                }
                training.step(images);
                calls++;
            }
        }
    }
}
