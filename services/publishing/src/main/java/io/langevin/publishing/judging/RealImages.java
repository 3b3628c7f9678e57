package io.langevin.publishing.judging;

import io.langevin.datasets.ImageDataset;
import io.langevin.quality.FeatureExtractor;
import io.langevin.quality.ImageSet;
import io.langevin.quality.Quality;
import io.langevin.records.CheckpointQuality;
import io.langevin.records.JudgingData;
import io.langevin.records.PublishedCheckpoint;
import java.util.Optional;

/** The images of a data set, described once, against which checkpoints are judged. */
final class RealImages {
    /** Images that are looked at, at the most: the work of precision grows with their square. */
    private static final int MOST = 5_000;

    /** Fewer say nothing, whatever they need. */
    private static final int FEWEST = 16;

    /** Numbers, and the records and buffers that they came in. */
    private static final int BYTES_A_NUMBER = 4 * Float.BYTES;

    private static final int MOST_HELD_OUT = 1_000;

    /** Subsets of the kernel distance are the same for every checkpoint. */
    private static final long SEED = 2020;

    private final String fingerprint;
    private final int imageSize;
    private final int channels;
    private final double heldOut;
    private final FeatureExtractor extractor;
    private final int count;
    private final Quality quality;

    /**
     * @param heldOut share of the images that was not trained on
     */
    RealImages(ImageDataset data, double heldOut, FeatureExtractor extractor) {
        this.fingerprint = data.fingerprint();
        this.imageSize = data.imageSize();
        this.channels = data.channels();
        this.heldOut = heldOut;
        this.extractor = extractor;
        ImageDataset.Split split = data.split(heldOut);
        ImageSet trained = images(split.training(), Math.min(MOST, mostImages()));
        this.count = trained.count();
        this.quality =
                split.heldOut().isEmpty()
                        ? Quality.against(extractor, trained)
                        : Quality.against(
                                extractor, trained, images(split.heldOut().get(), MOST_HELD_OUT));
    }

    /** Images of this shape of which the numbers take a quarter of the memory. */
    int mostImages() {
        long each = (long) BYTES_A_NUMBER * channels * imageSize * imageSize;
        long most = Runtime.getRuntime().maxMemory() / 4 / each;
        long fitting = Integer.MAX_VALUE / (channels * imageSize * imageSize);
        return (int) Math.max(FEWEST, Math.min(fitting, most));
    }

    private static ImageSet images(ImageDataset data, int most) {
        return new ImageSet(data.channels(), data.imageSize(), data.pixels(most));
    }

    /** Whether these are the images that a run asks for. */
    boolean areOf(JudgingData wanted) {
        return fingerprint.equals(wanted.getDatasetFingerprint())
                && imageSize == wanted.getImageSize()
                && channels == wanted.getChannels()
                && heldOut == wanted.getHeldOut();
    }

    /** Whether what a model has makes images that can be set beside these. */
    boolean fit(PublishedCheckpoint model) {
        return model.getImageSize() == imageSize && model.getChannels() == channels;
    }

    /**
     * Whether a quality can be set beside those that are measured here.
     *
     * @param images that checkpoints are judged by
     */
    boolean isComparable(CheckpointQuality other, int images) {
        return Double.isFinite(other.getDistance())
                && other.getDistanceError() >= 0
                && Double.isFinite(other.getKernelDistance())
                && other.getKernelDistanceError() >= 0
                && other.getDatasetFingerprint().equals(fingerprint)
                && other.getExtractor().equals(extractor.name())
                && other.getRealImages() == count
                && other.getImages() == images;
    }

    /**
     * Judges the images of one checkpoint.
     *
     * @param evaluations of the network for one of them
     */
    CheckpointQuality judge(ImageSet images, double evaluations) {
        Quality.Judgement judgement = quality.judge(images, SEED);
        var report = judgement.report();
        return CheckpointQuality.newBuilder()
                .setDatasetFingerprint(fingerprint)
                .setExtractor(report.extractor())
                .setRealImages(report.realImages())
                .setImages(report.generatedImages())
                .setNetworkEvaluations(evaluations)
                .setDistanceName(report.distanceName())
                .setDistance(report.distance())
                .setDistanceError(judgement.distanceError())
                .setKernelDistance(report.kernelDistance().value())
                .setKernelDistanceError(report.kernelDistance().standardError())
                .setPrecision(report.precisionRecall().precision())
                .setRecall(report.precisionRecall().recall())
                .setInceptionScore(report.inceptionScore().map(score -> score.mean()).orElse(null))
                .setNovelty(finite(judgement.novelty()))
                .build();
    }

    /** Held-out images that are all in the training data lie at no distance from it. */
    private static Double finite(Optional<Double> novelty) {
        return novelty.filter(Double::isFinite).orElse(null);
    }
}
