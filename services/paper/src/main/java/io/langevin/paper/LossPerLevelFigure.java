package io.langevin.paper;

import io.langevin.cli.terminal.CommandFailure;
import io.langevin.cli.terminal.Progress;
import io.langevin.datasets.ImageDataset;
import io.langevin.noise.NoiseSchedule;
import io.langevin.score.Checkpoint;
import io.langevin.score.TorchScoreNetwork;
import io.langevin.trajectory.ImageNoise;
import java.util.Arrays;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Eq. 2 level by level. */
@Command(
        name = "loss-per-level",
        description =
                "Loss of a checkpoint at each noise level. Give images that it was not trained on"
                        + " with --dataset; the bundled model was not trained on the bundled ones.")
final class LossPerLevelFigure implements Callable<Integer> {
    @Mixin DataOptions data;
    @Mixin ModelOptions model;

    @Option(
            names = "--images",
            defaultValue = "256",
            description = "Images at each level (default: ${DEFAULT-VALUE}).")
    int images;

    @Override
    public Integer call() {
        Checkpoint checkpoint = model.read();
        data.size = checkpoint.architecture().imageSize();
        ImageDataset set = data.read();
        if (set.dimension() != checkpoint.architecture().dimension()) {
            throw new CommandFailure(
                    "the images have %d channels, the checkpoint's %d"
                            .formatted(set.channels(), checkpoint.architecture().channels()));
        }
        NoiseSchedule schedule = checkpoint.schedule();
        var figure = new Figure("Loss at each noise level", "σ", "loss").logarithmic(true, true);
        try (Progress bar = Progress.of("loss", schedule.levels(), "levels");
                var network = new TorchScoreNetwork(checkpoint)) {
            double sum = 0;
            for (int level = 0; level < schedule.levels(); level++) {
                double loss = loss(network, set, schedule.sigma(level), level);
                figure.add("½‖σ·s(x + σ·z, σ) + z‖²", schedule.sigma(level), loss);
                sum += loss;
                bar.at(level + 1);
            }
            figure.note("mean", sum / schedule.levels());
            System.out.printf("mean over the levels: %.3f%n", sum / schedule.levels());
        }
        figure.write(data.out, "loss-per-level");
        return 0;
    }

    private double loss(TorchScoreNetwork network, ImageDataset set, double sigma, int level) {
        int count = Math.min(images, set.size());
        int dimension = set.dimension();
        float[] x = new float[count * dimension];
        float[] z = new float[x.length];
        float[] f = new float[x.length];
        float[] sigmas = new float[count];
        Arrays.fill(sigmas, (float) sigma);
        ImageNoise.seeded(level).normal(z);
        for (int i = 0; i < count; i++) {
            set.copyInto(x, i * dimension, i, false);
        }
        for (int k = 0; k < x.length; k++) {
            x[k] += (float) sigma * z[k];
        }
        network.evaluate(x, sigmas, f, count);
        double sum = 0;
        for (int k = 0; k < x.length; k++) {
            double error = f[k] + z[k];
            sum += error * error;
        }
        return sum / 2 / count;
    }
}
