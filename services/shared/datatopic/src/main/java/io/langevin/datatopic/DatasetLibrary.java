package io.langevin.datatopic;

import io.langevin.artifacts.ArtifactStore;
import io.langevin.datasets.DatasetException;
import io.langevin.datasets.DatasetRoots;
import io.langevin.datasets.ImageDataset;
import io.langevin.datasets.ImageShape;
import io.langevin.messaging.KafkaConfig;
import io.langevin.messaging.Schemas;
import java.util.Optional;

/**
 * Data sets by their names in events: a path below a root, topic:NAME, or topic:NAME@BEGIN-END.
 *
 * @param roots folders of those that are files
 * @param kafka broker of those that are topics
 * @param artifacts store of images that are no part of their events
 */
public record DatasetLibrary(
        DatasetRoots roots, KafkaConfig kafka, Schemas schemas, ArtifactStore artifacts) {

    /**
     * A data set that has been read.
     *
     * @param version its name, by which the same images are found later: a topic's with the range
     *     of offsets
     */
    public record Found(String version, ImageDataset data) {}

    /**
     * Reads a data set as it is now.
     *
     * @throws io.langevin.datasets.MissingDatasetException where no file has this name
     * @throws DatasetException where the name can be none, or the data cannot be used
     * @throws java.io.UncheckedIOException where the broker, the registry or the store is away
     */
    public Found read(String name, ImageShape shape) throws InterruptedException {
        Optional<TopicRange> range = TopicRange.parse(name);
        if (range.isEmpty()) {
            return new Found(name, ImageDataset.read(roots.resolve(name), shape));
        }
        TopicImages images = TopicImages.of(kafka, schemas, artifacts, range.get());
        ImageDataset data = ImageDataset.readOpen(images.range().toString(), images, shape);
        return new Found(images.range().toString(), data);
    }
}
