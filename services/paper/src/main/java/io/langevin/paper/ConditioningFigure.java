package io.langevin.paper;

import io.langevin.cli.terminal.Progress;
import io.langevin.datasets.ImageDataset;
import io.langevin.noise.NoiseSchedule;
import io.langevin.score.NetworkArchitecture.Family;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Fig. 3: the training loss of two ways to tell a network the noise. */
@Command(
        name = "fig3",
        description =
                "Training loss of norms conditioned on the level (NCSN) and of dividing by σ"
                        + " (NCSNv2), on the same schedule and images.")
final class ConditioningFigure implements Callable<Integer> {
    /** Points of each line: the loss jumps from step to step, so each point is a mean. */
    private static final int POINTS = 20;

    @Mixin DataOptions data;
    @Mixin TrainingOptions training;

    @Override
    public Integer call() {
        ImageDataset images = data.read();
        NoiseSchedule schedule = Schedules.improved(images);
        Map<String, Family> ways = new LinkedHashMap<>();
        ways.put("conditional norms", Family.NCSN);
        ways.put("divided by σ", Family.forImageSize(images.imageSize()));
        var figure = new Figure("Training loss", "iterations", "loss").logarithmic(false, true);
        int every = Math.max(1, training.iterations / POINTS);
        ways.forEach(
                (name, family) -> {
                    double last = loss(figure, name, images, family, schedule, every);
                    System.out.printf(
                            "%-20s loss %.2f over the last %d iterations%n", name, last, every);
                });
        figure.write(data.out, "fig3");
        return 0;
    }

    private double loss(
            Figure figure,
            String name,
            ImageDataset images,
            Family family,
            NoiseSchedule schedule,
            int every) {
        double mean = 0;
        try (Progress bar = Progress.of(name, training.iterations, "iterations");
                var experiment = new Experiment(images, family, schedule, 0.999, training)) {
            double sum = 0;
            for (int i = 1; i <= training.iterations; i++) {
                sum += experiment.step();
                bar.at(i);
                if (i % every == 0) {
                    mean = sum / every;
                    figure.add(name, i, mean);
                    sum = 0;
                }
            }
        }
        return mean;
    }
}
