package io.langevin.benchmarks;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.langevin.datasets.ImageDataset;
import io.langevin.datasets.ImageShape;
import io.langevin.local.LocalConfig;
import io.langevin.noise.InitialNoiseScale;
import io.langevin.score.torch.TorchModule;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Technique 1 by pruning against blocked matrix products, both on one thread. */
@Command(
        name = "distance",
        description =
                "The largest distance between two images, by pruning and by blocked matrix products"
                        + " (PyTorch), both on one thread.")
final class DistanceBench implements Callable<Integer> {
    private static final int BLOCK = 1_000;

    @Option(
            names = "--dataset",
            description = "A data set's file or folder (default: the bundled one).")
    Path dataset;

    @Option(names = "--size", defaultValue = "28", description = "Pixels (default: 28).")
    int size;

    @Option(names = "--rounds", defaultValue = "3", description = "Rounds; the median counts.")
    int rounds;

    private double pruned;
    private double blocked;

    @Override
    public Integer call() throws Exception {
        TorchModule.useThisThread();
        Path location =
                dataset != null
                        ? dataset
                        : LocalConfig.homeOfProcess()
                                .resolve("services/local/bundled/datasets/fashion");
        ImageDataset data = ImageDataset.read(location, new ImageShape(size, 0));
        float[] pixels = data.pixels();
        InitialNoiseScale.of(pixels, data.dimension()); // warms both compilers up
        var pair =
                Timing.inTurn(
                        () -> blocked = byMatrixProducts(pixels, data.dimension()),
                        () ->
                                pruned =
                                        InitialNoiseScale.of(pixels, data.dimension())
                                                .maximumDistance(),
                        rounds);
        System.out.printf(
                """
                images             %d of %d numbers
                matrix products    %.3f s, σ₁ = %.6f (float32)
                pruning            %.3f s, σ₁ = %.6f (exact)
                ratio              %.1f
                """,
                data.size(), data.dimension(), pair.a(), blocked, pair.b(), pruned, pair.ratio());
        return 0;
    }

    /** |x−y|² = |x|² + |y|² − 2x·y, block by block above the diagonal. */
    private static double byMatrixProducts(float[] pixels, int dimension) {
        int count = pixels.length / dimension;
        float largest = 0;
        try (NDManager manager = TorchModule.newManager()) {
            NDArray all = manager.create(pixels, new Shape(count, dimension));
            NDArray norms = all.square().sum(new int[] {1}, true);
            for (int i = 0; i < count; i += BLOCK) {
                for (int j = i; j < count; j += BLOCK) {
                    try (NDManager scratch = manager.newSubManager()) {
                        String rows = i + ":" + Math.min(count, i + BLOCK);
                        String columns = j + ":" + Math.min(count, j + BLOCK);
                        NDArray x = all.get(rows);
                        NDArray y = all.get(columns);
                        NDArray left = norms.get(rows);
                        NDArray right = norms.get(columns);
                        scratch.attachAll(x, y, left, right);
                        NDArray squared =
                                x.matMul(y.transpose()).mul(-2).add(left).add(right.transpose());
                        largest = Math.max(largest, squared.max().getFloat());
                    }
                }
            }
        }
        return Math.sqrt(largest);
    }
}
