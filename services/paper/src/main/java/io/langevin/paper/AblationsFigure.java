package io.langevin.paper;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.langevin.cli.terminal.Progress;
import io.langevin.datasets.ImageDataset;
import io.langevin.noise.NoiseSchedule;
import io.langevin.paper.Pictures.Panel;
import io.langevin.quality.ImageSet;
import io.langevin.quality.QualityReport;
import io.langevin.score.Checkpoint;
import io.langevin.score.NetworkArchitecture.Family;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Fig. 5: one technique left out at a time. */
@Command(
        name = "fig5",
        description =
                "Train with all techniques and with one left out at a time (averaged weights, the"
                        + " schedule, dividing by σ); judge all four alike.")
public final class AblationsFigure implements Callable<Integer> {
    private static final int SHOWN = 16;

    @Mixin DataOptions data;
    @Mixin TrainingOptions training;

    @Option(
            names = "--samples",
            defaultValue = "500",
            description = "Samples of each (default: ${DEFAULT-VALUE}).")
    int samples;

    @Option(
            names = "--ema",
            defaultValue = "0.995",
            description = "m of the average (default: ${DEFAULT-VALUE}; the paper: 0.999).")
    double decay;

    /** What differs; T is 100 with the old schedule's ten levels, 5 with the improved one. */
    private record Variant(Family family, NoiseSchedule schedule, int stepsPerLevel, boolean ema) {}

    @Override
    public Integer call() throws IOException {
        ImageDataset images = data.read();
        Map<String, Object> numbers = new LinkedHashMap<>();
        List<Panel> panels = new ArrayList<>();
        try (var judge = new Judge(images, samples, training.device())) {
            numbers.put("distance", judge.distanceName());
            System.out.printf(
                    "%-20s %10s %18s %10s %7s%n",
                    "VARIANT", "DISTANCE", "KERNEL DISTANCE", "PRECISION", "RECALL");
            for (var variant : variants(images).entrySet()) {
                ImageSet generated =
                        judge.sampled(trained(variant.getKey(), variant.getValue(), images));
                QualityReport report = judge.report(generated);
                numbers.put(
                        variant.getKey(),
                        Map.of(
                                "distance", report.distance(),
                                "kernelDistance", report.kernelDistance(),
                                "precisionRecall", report.precisionRecall()));
                panels.add(panel(variant.getKey(), generated));
                System.out.printf(
                        "%-20s %10.3f %9.4f ± %.4f %10.3f %7.3f%n",
                        variant.getKey(),
                        report.distance(),
                        report.kernelDistance().value(),
                        report.kernelDistance().standardError(),
                        report.precisionRecall().precision(),
                        report.precisionRecall().recall());
            }
        }
        Pictures.write(data.out, "fig5", panels);
        new ObjectMapper()
                .writerWithDefaultPrettyPrinter()
                .writeValue(data.out.resolve("fig5.json").toFile(), numbers);
        return 0;
    }

    private static Map<String, Variant> variants(ImageDataset images) {
        Family family = Family.forImageSize(images.imageSize());
        NoiseSchedule improved = Schedules.improved(images);
        Map<String, Variant> variants = new LinkedHashMap<>();
        variants.put("all techniques", new Variant(family, improved, 5, true));
        variants.put("no-ema", new Variant(family, improved, 5, false));
        variants.put("old-schedule", new Variant(family, Schedules.old(), 100, true));
        variants.put("conditional-norms", new Variant(Family.NCSN, improved, 5, true));
        return variants;
    }

    private Checkpoint trained(String name, Variant variant, ImageDataset images) {
        try (Progress bar = Progress.of(name, training.iterations, "iterations");
                var experiment =
                        new Experiment(
                                images, variant.family(), variant.schedule(), decay, training)) {
            for (int i = 1; i <= training.iterations; i++) {
                experiment.step();
                bar.at(i);
            }
            return variant.ema()
                    ? experiment.averaged(variant.stepsPerLevel())
                    : experiment.raw(variant.stepsPerLevel());
        }
    }

    private static Panel panel(String name, ImageSet generated) {
        int shown = Math.min(SHOWN, generated.count());
        return new Panel(
                name,
                generated.channels(),
                generated.size(),
                Arrays.copyOf(generated.pixels(), shown * generated.dimension()),
                4);
    }
}
