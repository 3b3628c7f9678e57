package io.langevin.paper;

import io.langevin.cli.Progress;
import io.langevin.datasets.ImageDataset;
import io.langevin.score.NetworkArchitecture.Family;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Fig. 4: quality over training, with the weights and with their average. */
@Command(
        name = "fig4",
        description = "Quality over training with and without averaged weights (Technique 5).")
final class AveragingFigure implements Callable<Integer> {
    @Mixin DataOptions data;
    @Mixin TrainingOptions training;

    @Option(
            names = "--points",
            defaultValue = "10",
            description = "How often the network is judged (default: ${DEFAULT-VALUE}).")
    int points;

    @Option(
            names = "--samples",
            defaultValue = "500",
            description = "Samples each time (default: ${DEFAULT-VALUE}).")
    int samples;

    @Option(
            names = "--ema",
            defaultValue = "0.995",
            description = "m of the average (default: ${DEFAULT-VALUE}; the paper: 0.999).")
    double decay;

    @Override
    public Integer call() {
        ImageDataset images = data.read();
        int every = Math.max(1, training.iterations / points);
        try (Progress bar = Progress.of("training", training.iterations, "iterations");
                var judge = new Judge(images, samples);
                var experiment =
                        new Experiment(
                                images,
                                Family.forImageSize(images.imageSize()),
                                Schedules.improved(images),
                                decay,
                                training)) {
            var figure =
                    new Figure(judge.distanceName() + " over training", "iterations", "distance");
            for (int i = 1; i <= training.iterations; i++) {
                experiment.step();
                bar.at(i);
                if (i % every == 0) {
                    double raw = judge.report(judge.sampled(experiment.raw(1))).distance();
                    double averaged =
                            judge.report(judge.sampled(experiment.averaged(1))).distance();
                    figure.add("weights", i, raw);
                    figure.add("averaged weights", i, averaged);
                    System.out.printf(
                            "%6d iterations: weights %.3f, averaged %.3f%n", i, raw, averaged);
                }
            }
            figure.write(data.out, "fig4");
        }
        return 0;
    }
}
