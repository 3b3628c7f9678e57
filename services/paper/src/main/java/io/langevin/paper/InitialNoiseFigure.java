package io.langevin.paper;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.langevin.cli.terminal.Progress;
import io.langevin.datasets.ImageDataset;
import io.langevin.noise.AnnealedLangevin;
import io.langevin.noise.LangevinStepSize;
import io.langevin.noise.NoiseSchedule;
import io.langevin.noise.SamplingPlan;
import io.langevin.paper.Pictures.Panel;
import io.langevin.trajectory.ImageNoise;
import io.langevin.trajectory.TrajectoryBatch;
import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Fig. 2: what σ₁ does to the diversity of samples. */
@Command(
        name = "fig2",
        description =
                "Langevin dynamics on the exact score of a mixture centred on a data set: with a"
                        + " small first noise scale, and with Technique 1's.")
final class InitialNoiseFigure implements Callable<Integer> {
    @Mixin DataOptions data;

    @Option(
            names = "--components",
            defaultValue = "2000",
            description = "Images that the mixture is centred on (default: ${DEFAULT-VALUE}).")
    int components;

    @Option(
            names = "--samples",
            defaultValue = "64",
            description = "Samples of each (default: ${DEFAULT-VALUE}).")
    int samples;

    @Override
    public Integer call() throws IOException {
        ImageDataset images = data.read();
        int dimension = images.dimension();
        int used = Math.min(components, images.size());
        float[] centres = Arrays.copyOf(images.pixels(), used * dimension);
        float[] shown = Arrays.copyOf(centres, Math.min(samples, used) * dimension);
        float[] small = sampled("σ₁ = 1", centres, dimension, Schedules.old(), 100);
        NoiseSchedule improved = Schedules.improved(images);
        float[] large = sampled("Technique 1", centres, dimension, improved, 5);
        Map<String, Object> numbers = new LinkedHashMap<>();
        numbers.put("components", used);
        numbers.put("sigma1", improved.largest());
        numbers.put("distanceOfData", meanDistance(shown, dimension));
        numbers.put("distanceOfSmallSigma1", meanDistance(small, dimension));
        numbers.put("distanceOfTechnique1", meanDistance(large, dimension));
        int columns = (int) Math.ceil(Math.sqrt(samples));
        Pictures.write(
                data.out,
                "fig2",
                List.of(
                        panel("data", images, shown, columns),
                        panel("σ₁ = 1", images, small, columns),
                        panel("σ₁ = %.1f".formatted(improved.largest()), images, large, columns)));
        new ObjectMapper()
                .writerWithDefaultPrettyPrinter()
                .writeValue(data.out.resolve("fig2.json").toFile(), numbers);
        System.out.printf(
                "mean distance of two images: data %.2f, σ₁ = 1 %.2f, σ₁ = %.1f %.2f%n",
                numbers.get("distanceOfData"),
                numbers.get("distanceOfSmallSigma1"),
                improved.largest(),
                numbers.get("distanceOfTechnique1"));
        return 0;
    }

    private float[] sampled(
            String name, float[] centres, int dimension, NoiseSchedule schedule, int steps) {
        double epsilon =
                LangevinStepSize.search(schedule.ratio(), schedule.smallest(), steps).epsilon();
        SamplingPlan plan = AnnealedLangevin.plan(schedule, steps, epsilon, true);
        float[] pixels = new float[samples * dimension];
        try (Progress bar = Progress.of(name, plan.networkEvaluations(), "steps");
                var batch =
                        new TrajectoryBatch<Integer>(
                                new MixtureScore(centres, dimension), samples)) {
            for (int i = 0; i < samples; i++) {
                batch.add(i, plan, ImageNoise.seeded(i));
            }
            for (int step = 1; batch.size() > 0; step++) {
                for (TrajectoryBatch.Finished<Integer> image : batch.step()) {
                    System.arraycopy(
                            image.pixels(), 0, pixels, image.owner() * dimension, dimension);
                }
                bar.at(step);
            }
        }
        return pixels;
    }

    private static Panel panel(String title, ImageDataset data, float[] pixels, int columns) {
        return new Panel(title, data.channels(), data.imageSize(), pixels, columns);
    }

    /** Over all pairs. */
    static double meanDistance(float[] pixels, int dimension) {
        int count = pixels.length / dimension;
        double sum = 0;
        for (int i = 0; i < count; i++) {
            for (int j = 0; j < i; j++) {
                double square = 0;
                for (int k = 0; k < dimension; k++) {
                    double d = pixels[i * dimension + k] - pixels[j * dimension + k];
                    square += d * d;
                }
                sum += Math.sqrt(square);
            }
        }
        return sum / (count * (count - 1) / 2.0);
    }
}
