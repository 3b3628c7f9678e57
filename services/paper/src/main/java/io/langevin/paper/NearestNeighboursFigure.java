package io.langevin.paper;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.langevin.datasets.ImageDataset;
import io.langevin.noise.ConsistentAnnealing;
import io.langevin.paper.Pictures.Panel;
import io.langevin.quality.Features;
import io.langevin.quality.Generation;
import io.langevin.quality.ImageSet;
import io.langevin.quality.NearestNeighbours;
import io.langevin.quality.RandomConvolutionalExtractor;
import io.langevin.score.Checkpoint;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The paper's C.5: does a network copy what it was trained on? */
@Command(
        name = "nearest-neighbours",
        description =
                "Samples of a checkpoint and the images nearest to each, by pixels and by features.")
final class NearestNeighboursFigure implements Callable<Integer> {
    private static final int EVALUATIONS = 64;

    @Mixin DataOptions data;
    @Mixin ModelOptions model;

    @Option(
            names = "--samples",
            defaultValue = "10",
            description = "Samples (default: ${DEFAULT-VALUE}).")
    int samples;

    @Option(
            names = "--neighbours",
            defaultValue = "6",
            description = "Neighbours of each (default: ${DEFAULT-VALUE}).")
    int neighbours;

    @Override
    public Integer call() throws IOException {
        Checkpoint checkpoint = model.read();
        data.size = checkpoint.architecture().imageSize();
        ImageDataset images = data.read();
        var reference = new ImageSet(images.channels(), images.imageSize(), images.pixels());
        var plan = ConsistentAnnealing.plan(checkpoint.schedule(), EVALUATIONS, true);
        ImageSet generated = Generation.of(checkpoint, plan, samples, 1, done -> {});
        NearestNeighbours byPixels =
                NearestNeighbours.of(generated.asFeatures(), reference.asFeatures(), neighbours);
        NearestNeighbours byFeatures;
        try (var extractor = new RandomConvolutionalExtractor()) {
            Features real = extractor.extract(reference).features();
            byFeatures =
                    NearestNeighbours.of(extractor.extract(generated).features(), real, neighbours);
        }
        Pictures.write(
                data.out,
                "nearest-neighbours",
                List.of(
                        new Panel(
                                "sample",
                                generated.channels(),
                                generated.size(),
                                generated.pixels(),
                                1),
                        panel("nearest by pixels", byPixels, reference),
                        panel("nearest by features", byFeatures, reference)));
        new ObjectMapper()
                .writerWithDefaultPrettyPrinter()
                .writeValue(
                        data.out.resolve("nearest-neighbours.json").toFile(),
                        Map.of("byPixels", byPixels, "byFeatures", byFeatures));
        double nearest = 0;
        for (int i = 0; i < samples; i++) {
            nearest += byPixels.distance(i, 0) / samples;
        }
        System.out.printf(
                "mean distance of a sample to the nearest image, by pixels: %.3f%n", nearest);
        return 0;
    }

    private Panel panel(String title, NearestNeighbours nearest, ImageSet reference) {
        int dimension = reference.dimension();
        float[] pixels = new float[samples * neighbours * dimension];
        for (int i = 0; i < samples; i++) {
            for (int rank = 0; rank < neighbours; rank++) {
                System.arraycopy(
                        reference.pixels(),
                        nearest.index(i, rank) * dimension,
                        pixels,
                        (i * neighbours + rank) * dimension,
                        dimension);
            }
        }
        return new Panel(title, reference.channels(), reference.size(), pixels, neighbours);
    }
}
