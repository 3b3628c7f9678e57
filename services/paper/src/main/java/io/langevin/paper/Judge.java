package io.langevin.paper;

import io.langevin.datasets.ImageDataset;
import io.langevin.noise.AnnealedLangevin;
import io.langevin.noise.SamplingPlan;
import io.langevin.quality.Generation;
import io.langevin.quality.ImageSet;
import io.langevin.quality.Quality;
import io.langevin.quality.QualityReport;
import io.langevin.quality.RandomConvolutionalExtractor;
import io.langevin.score.Checkpoint;
import io.langevin.score.torch.ComputeDevice;

/** Compares checkpoints of one figure alike: one seed, against all images of the data. */
final class Judge implements AutoCloseable {
    private static final long SEED = 1;

    private final RandomConvolutionalExtractor extractor = new RandomConvolutionalExtractor();
    private final Quality quality;
    private final int samples;
    private final ComputeDevice device;

    Judge(ImageDataset data, int samples, ComputeDevice device) {
        this.device = device;
        this.samples = samples;
        this.quality =
                Quality.against(
                        extractor, new ImageSet(data.channels(), data.imageSize(), data.pixels()));
    }

    String distanceName() {
        return extractor.distanceName();
    }

    /** Draws by Algorithm 1 with the denoising step, as the checkpoint has it. */
    ImageSet sampled(Checkpoint checkpoint) {
        return sampled(
                checkpoint,
                AnnealedLangevin.plan(
                        checkpoint.schedule(),
                        checkpoint.stepsPerLevel(),
                        checkpoint.epsilon(),
                        checkpoint.denoise()));
    }

    ImageSet sampled(Checkpoint checkpoint, SamplingPlan plan) {
        return Generation.of(checkpoint, device, plan, samples, SEED, done -> {});
    }

    QualityReport report(ImageSet generated) {
        return quality.compare(generated, SEED);
    }

    @Override
    public void close() {
        extractor.close();
    }
}
