package io.langevin.quality;

import java.util.Optional;

/** Describes images by vectors that matter for how they look. Called by one thread at a time. */
public interface FeatureExtractor extends AutoCloseable {
    /** Short and unique: distances are only comparable between features of the same name. */
    String name();

    /** Numbers of a vector. */
    int features();

    /**
     * One vector an image, in the order of the images.
     *
     * @throws IllegalArgumentException where the images have a shape it cannot describe
     */
    Extraction extract(ImageSet images);

    /** What a Fréchet distance between its features is called. */
    default String distanceName() {
        return "Fréchet distance (" + name() + ")";
    }

    /** Frees its memory; closing twice is allowed. */
    @Override
    void close();

    /**
     * @param features [N, {@link #features()}]
     * @param logits [N, classes], from a network that also classifies
     */
    record Extraction(Features features, Optional<Features> logits) {}
}
