package io.langevin.publishing.judging;

import static io.langevin.messaging.rules.RecordRules.require;

import io.langevin.datasets.DatasetException;
import io.langevin.datasets.ImageDataset;
import io.langevin.datasets.ImageShape;
import io.langevin.datasets.MissingDatasetException;
import io.langevin.datatopic.DatasetLibrary;
import io.langevin.messaging.rules.RejectedException;
import io.langevin.quality.FeatureExtractor;
import io.langevin.records.JudgingData;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/** The data sets that checkpoints are judged against, each described once. Owned by a turn. */
final class DescribedData implements AutoCloseable {
    /** Fewer say nothing about the data that they come from. */
    private static final int FEWEST_REAL = 50;

    /** Runs under way and the one that is published want different ones. */
    private static final int KEPT = 2;

    private final DatasetLibrary datasets;
    private final Extractors extractors;

    /** The one that was asked for last comes first. */
    private final Deque<RealImages> described = new ArrayDeque<>();

    DescribedData(DatasetLibrary datasets, Optional<Path> extractor) {
        this.datasets = datasets;
        this.extractors = new Extractors(extractor);
        extractors.check();
    }

    /**
     * @throws NotJudgedException where nothing can be compared with them
     * @throws RejectedException where they are not what was trained on
     * @throws UncheckedIOException where they are out of reach
     */
    RealImages of(JudgingData wanted) throws InterruptedException {
        double heldOut = wanted.getHeldOut();
        require(heldOut >= 0 && heldOut <= 0.5, "data.heldOut", "be 0 to 0.5", heldOut);
        Optional<String> refusal = extractors.refusal(wanted.getImageSize());
        if (refusal.isPresent()) {
            throw NotJudgedException.never(refusal.get());
        }
        RealImages real =
                described.stream().filter(images -> images.areOf(wanted)).findFirst().orElse(null);
        if (real == null) {
            real = describe(wanted);
        }
        described.remove(real);
        described.addFirst(real);
        if (described.size() > KEPT) {
            described.removeLast();
        }
        return real;
    }

    private RealImages describe(JudgingData wanted) throws InterruptedException {
        ImageDataset data = read(wanted);
        if (data.size() < FEWEST_REAL) {
            throw NotJudgedException.never(
                    "the data has %d images, fewer than %d".formatted(data.size(), FEWEST_REAL));
        }
        FeatureExtractor extractor;
        try {
            extractor = extractors.of(data.channels(), data.imageSize());
        } catch (RejectedException e) {
            throw NotJudgedException.now(e.getMessage());
        }
        return new RealImages(data, wanted.getHeldOut(), extractor);
    }

    private ImageDataset read(JudgingData wanted) throws InterruptedException {
        try {
            ImageDataset data =
                    datasets.read(
                                    wanted.getDataset(),
                                    new ImageShape(wanted.getImageSize(), wanted.getChannels()))
                            .data();
            require(
                    data.fingerprint().equals(wanted.getDatasetFingerprint()),
                    "dataset",
                    "still have the fingerprint %s that it was trained on"
                            .formatted(wanted.getDatasetFingerprint()),
                    data.fingerprint());
            return data;
        } catch (MissingDatasetException e) {
            // it was there when it was trained on: perhaps its disk is not mounted yet
            throw new UncheckedIOException(e.getMessage(), new IOException(e));
        } catch (DatasetException e) {
            throw new RejectedException(e.getMessage());
        }
    }

    @Override
    public void close() {
        extractors.close();
    }
}
