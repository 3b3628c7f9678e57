package io.langevin.messaging.rules;

import static io.langevin.messaging.rules.RecordRules.isModelName;
import static io.langevin.messaging.rules.RecordRules.require;
import static io.langevin.messaging.rules.RecordRules.requireArtifact;
import static io.langevin.messaging.rules.RecordRules.requireLabels;

import io.langevin.records.DatasetImage;

/** What an image of a data set must be, as far as it can be told without looking at it. */
public final class DatasetImageRules {
    private static final int LONGEST_NAME = 500;

    private DatasetImageRules() {}

    /**
     * @param key of the record
     * @throws RejectedException which field, which rule, which value
     */
    public static void check(DatasetImage image, String key) {
        requireDatasetName(image.getDataset());
        require(
                image.getDataset().equals(key),
                "dataset",
                "equal the key of its record",
                image.getDataset());
        require(
                image.getName().length() <= LONGEST_NAME,
                "name",
                "have at most %d characters".formatted(LONGEST_NAME),
                image.getName().length());
        require(
                image.getSource().length() <= LONGEST_NAME,
                "source",
                "have at most %d characters".formatted(LONGEST_NAME),
                image.getSource().length());
        requireLabels(image.getLabels());
        requireArtifact("artifact", image.getArtifact());
        require(
                (image.getBytes() == null) != (image.getArtifact() == null),
                "bytes",
                "be there, or artifact be, and not both",
                image.getBytes() == null ? "none" : "both");
    }

    /**
     * The name of a data set that is a topic.
     *
     * @throws RejectedException where there can be none of this name
     */
    public static void requireDatasetName(String name) {
        require(
                isModelName(name),
                "dataset",
                "be 1 to 100 letters, digits, '.', '_' or '-'",
                "'" + name + "'");
    }
}
