package io.langevin.publishing.judging;

import io.langevin.messaging.rules.RejectedException;
import io.langevin.process.ConfigurationException;
import io.langevin.quality.FeatureExtractor;
import io.langevin.quality.RandomConvolutionalExtractor;
import io.langevin.quality.TorchScriptExtractor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What images are described by: the TorchScript network that the operator has named, or random
 * convolutions. Owned by one thread.
 */
public final class Extractors implements AutoCloseable {
    /** The setting that names an operator's network. */
    public static final String SETTING = "LANGEVIN_EXTRACTOR";

    private static final int SMALLEST = 8;
    private static final int TRIAL = 64;

    private final Optional<Path> file;
    private final Map<String, FeatureExtractor> opened = new HashMap<>();

    Extractors(Optional<Path> file) {
        this.file = file;
    }

    /**
     * Tries the operator's network once.
     *
     * @throws ConfigurationException where it cannot be used
     */
    void check() {
        try {
            if (file.isPresent()) {
                of(3, TRIAL).close();
                opened.clear();
            }
        } catch (RejectedException e) {
            throw new ConfigurationException(e.getMessage(), e);
        }
    }

    /** Why images of this size cannot be described; empty where they can. */
    Optional<String> refusal(int size) {
        return file.isEmpty() && size < SMALLEST
                ? Optional.of(
                        "images of %1$d×%1$d pixels are smaller than %2$d×%2$d"
                                .formatted(size, SMALLEST))
                : Optional.empty();
    }

    /**
     * @throws RejectedException where the operator's network cannot be used
     */
    FeatureExtractor of(int channels, int size) {
        return file.isEmpty()
                ? opened.computeIfAbsent("", any -> new RandomConvolutionalExtractor())
                : opened.computeIfAbsent(
                        channels + "×" + size, any -> named(file.get(), channels, size));
    }

    private static FeatureExtractor named(Path path, int channels, int size) {
        try {
            return TorchScriptExtractor.open(path, channels, size);
        } catch (IOException | IllegalArgumentException e) {
            throw new RejectedException("%s: %s".formatted(SETTING, e.getMessage()));
        }
    }

    @Override
    public void close() {
        opened.values().forEach(FeatureExtractor::close);
    }
}
