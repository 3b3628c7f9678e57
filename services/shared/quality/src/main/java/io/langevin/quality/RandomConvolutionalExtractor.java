package io.langevin.quality;

import ai.djl.ndarray.NDArray;
import ai.djl.pytorch.jni.IValue;
import io.langevin.score.torch.TorchScriptArchive;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/**
 * A convolutional network with random weights that are the same everywhere: no file, no training,
 * any image of 8×8 pixels or more, grey or coloured.
 *
 * <p>Random filters tell textures, edges and brightness apart, not what an image shows. Distances
 * between these features therefore order the checkpoints of one data set; they are not FID and must
 * not be set beside published numbers.
 *
 * <p>The network: 2x − 1; three stages of a 3×3 convolution without bias and a ReLU, to 32, 64 and
 * 128 channels, with 2×2 mean pooling between stages. A vector is the mean and the standard
 * deviation over all pixels of every channel of every stage: 32 + 32 + 64 + 64 + 128 + 128 = 448
 * numbers, times 2, which brings their mean square on Fashion-MNIST to 0.94. Weights are N(0,
 * 2/(9·C)) for C input channels (He et al. 2015, section 2.2), drawn kernel by kernel from
 * L64X128MixRandom (java.util.random, JDK 17) with the seed 2020.
 *
 * <p>A change to any of this is a new name.
 */
public final class RandomConvolutionalExtractor implements FeatureExtractor {
    static final long SEED = 2020;
    private static final int SMALLEST = 8;
    private static final int[] WIDTHS = {3, 32, 64, 128};
    private static final int FEATURES = 2 * (32 + 64 + 128);
    private static final String PROGRAM =
            """
            class Program(Module):
              __parameters__ = []
              __buffers__ = []
              def prepare(self: __torch__.Program, weights: Tensor) -> List[Tensor]:
                a, b, c, = torch.split_with_sizes(torch.clone(weights), [864, 18432, 73728])
                first = torch.contiguous(torch.view(a, [32, 3, 3, 3]), memory_format=2)
                second = torch.contiguous(torch.view(b, [64, 32, 3, 3]), memory_format=2)
                third = torch.contiguous(torch.view(c, [128, 64, 3, 3]), memory_format=2)
                return [first, second, third]
              def stage(self: __torch__.Program, w: Tensor, x: Tensor) -> Tensor:
                return torch.relu(torch.conv2d(x, w, None, [1, 1], [1, 1], [1, 1]))
              def moments(self: __torch__.Program, x: Tensor) -> List[Tensor]:
                deviation = torch.sqrt(torch.var(x, [2, 3], False))
                return [torch.mean(x, [2, 3]), deviation]
              def features(self: __torch__.Program, w: List[Tensor], x: Tensor) -> Tensor:
                h = torch.contiguous(torch.sub(torch.mul(x, 2), 1), memory_format=2)
                first = (self).stage(w[0], h)
                second = (self).stage(w[1], torch.avg_pool2d(first, [2, 2]))
                third = (self).stage(w[2], torch.avg_pool2d(second, [2, 2]))
                m = (self).moments(first)
                n = (self).moments(second)
                o = (self).moments(third)
                return torch.mul(torch.cat([m[0], m[1], n[0], n[1], o[0], o[1]], 1), 2)
            """;

    private final ScriptModule program;
    private final IValue weights;

    public RandomConvolutionalExtractor() {
        try {
            program = ScriptModule.load(new ByteArrayInputStream(TorchScriptArchive.of(PROGRAM)));
        } catch (IOException e) {
            throw new UncheckedIOException("A stream in memory could not be read", e);
        }
        weights = program.run("prepare", weights());
    }

    @Override
    public String name() {
        return "random-conv-1";
    }

    @Override
    public int features() {
        return FEATURES;
    }

    @Override
    public Extraction extract(ImageSet images) {
        if (images.size() < SMALLEST) {
            throw new IllegalArgumentException(
                    "images: must be at least %d×%d pixels, not %d×%d"
                            .formatted(SMALLEST, SMALLEST, images.size(), images.size()));
        }
        float[] values = new float[Math.multiplyExact(images.count(), FEATURES)];
        program.runBatches(
                images,
                "features",
                (first, count, batch, answer, scratch) -> {
                    NDArray vectors = answer.toTensor(scratch);
                    System.arraycopy(
                            vectors.toFloatArray(), 0, values, first * FEATURES, count * FEATURES);
                },
                weights);
        return new Extraction(new Features(FEATURES, values), Optional.empty());
    }

    @Override
    public void close() {
        weights.close();
        program.close();
    }

    /** The three stages' kernels [out, in, 3, 3], end to end. */
    static float[] weights() {
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(SEED);
        float[] weights = new float[864 + 18432 + 73728];
        int k = 0;
        for (int stage = 1; stage < WIDTHS.length; stage++) {
            double deviation = Math.sqrt(2.0 / (9 * WIDTHS[stage - 1]));
            int end = k + 9 * WIDTHS[stage - 1] * WIDTHS[stage];
            while (k < end) {
                weights[k++] = (float) (deviation * random.nextGaussian());
            }
        }
        return weights;
    }
}
