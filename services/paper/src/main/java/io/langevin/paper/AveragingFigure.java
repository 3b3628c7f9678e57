package io.langevin.paper;

import io.langevin.cli.terminal.Progress;
import io.langevin.datasets.ImageDataset;
import io.langevin.noise.ConsistentAnnealing;
import io.langevin.noise.NoiseSchedule;
import io.langevin.noise.SamplingPlan;
import io.langevin.score.Checkpoint;
import io.langevin.score.NetworkArchitecture.Family;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Fig. 4: quality over training, with the weights and with their average. */
@Command(
        name = "fig4",
        description =
                "Quality over training with and without averaged weights (Technique 5), sampled by"
                        + " consistent annealing.")
final class AveragingFigure implements Callable<Integer> {
    /** Steps per level that the checkpoints name; the plan has its own. */
    private static final int T = 5;

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
            names = "--evaluations",
            defaultValue = "64",
            description = "Network evaluations a sample (default: ${DEFAULT-VALUE}).")
    int evaluations;

    @Option(
            names = "--ema",
            defaultValue = "0.995",
            description = "m of the average (default: ${DEFAULT-VALUE}; the paper: 0.999).")
    double decay;

    @Override
    public Integer call() {
        ImageDataset images = data.read();
        NoiseSchedule schedule = Schedules.improved(images);
        SamplingPlan plan = ConsistentAnnealing.plan(schedule, evaluations, true);
        int every = Math.max(1, training.iterations / points);
        try (Progress bar = Progress.of("training", training.iterations, "iterations");
                var judge = new Judge(images, samples, training.device());
                var experiment =
                        new Experiment(
                                images,
                                Family.forImageSize(images.imageSize()),
                                schedule,
                                decay,
                                training)) {
            var figure =
                    new Figure(judge.distanceName() + " over training", "iterations", "distance");
            for (int i = 1; i <= training.iterations; i++) {
                experiment.step();
                bar.at(i);
                if (i % every == 0) {
                    double raw = distance(judge, experiment.raw(T), plan);
                    double averaged = distance(judge, experiment.averaged(T), plan);
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

    private static double distance(Judge judge, Checkpoint checkpoint, SamplingPlan plan) {
        return judge.report(judge.sampled(checkpoint, plan)).distance();
    }
}
