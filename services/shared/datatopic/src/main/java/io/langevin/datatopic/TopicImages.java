package io.langevin.datatopic;

import static io.langevin.messaging.Topics.DATASETS_IMAGES;

import io.langevin.artifacts.ArtifactException;
import io.langevin.artifacts.ArtifactId;
import io.langevin.artifacts.ArtifactStore;
import io.langevin.datasets.DatasetException;
import io.langevin.datasets.PictureSource;
import io.langevin.messaging.AvroSerde;
import io.langevin.messaging.KafkaConfig;
import io.langevin.messaging.Schemas;
import io.langevin.messaging.UnreadableRecordException;
import io.langevin.messaging.rules.DatasetImageRules;
import io.langevin.messaging.rules.RejectedException;
import io.langevin.records.DatasetImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/** The images of a range of the topic, in the order in which they came. */
public final class TopicImages implements PictureSource {
    /** Bytes of the largest image file that is an artifact. */
    static final long MOST_BYTES = 64 << 20;

    private static final Duration POLL = Duration.ofMillis(500);
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final KafkaConfig kafka;
    private final AvroSerde<DatasetImage> serde;
    private final ArtifactStore artifacts;
    private final TopicPartition partition;
    private final TopicRange range;

    /** The offset of the first record that was read; −1: none has been. */
    private long first = -1;

    private TopicImages(
            KafkaConfig kafka,
            AvroSerde<DatasetImage> serde,
            ArtifactStore artifacts,
            TopicRange range) {
        this.kafka = kafka;
        this.serde = serde;
        this.artifacts = artifacts;
        this.partition = new TopicPartition(kafka.name(DATASETS_IMAGES), 0);
        this.range = range;
    }

    /**
     * Finds where the range begins and ends now.
     *
     * @throws DatasetException where it holds records that are gone, or that have not come yet
     * @throws UncheckedIOException where the broker does not answer
     */
    public static TopicImages of(
            KafkaConfig kafka, Schemas schemas, ArtifactStore artifacts, TopicRange range)
            throws InterruptedException {
        var asked = new TopicImages(kafka, schemas.serde(DATASETS_IMAGES), artifacts, range);
        try (var consumer = kafka.consumer(Map.of())) {
            return new TopicImages(kafka, asked.serde, artifacts, asked.fixed(consumer));
        } catch (KafkaException e) {
            throw away(e);
        }
    }

    /**
     * The range with its begin and its end; once its images have been read it begins with the first
     * of them, so that it does not depend on records of other data sets.
     */
    public TopicRange range() {
        return first < 0
                ? range
                : new TopicRange(range.name(), OptionalLong.of(first), range.end());
    }

    private TopicRange fixed(Consumer<String, byte[]> consumer) {
        List<TopicPartition> all = List.of(partition);
        long oldest = consumer.beginningOffsets(all).get(partition);
        long end = consumer.endOffsets(all).get(partition);
        long from = range.begin().orElse(oldest);
        long to = range.end().orElse(end);
        if (from < oldest) {
            throw new DatasetException(
                    "dataset: %s must begin at %d or later, where the oldest record is"
                            .formatted(range, oldest));
        }
        if (to > end) {
            throw new DatasetException(
                    "dataset: %s must end at %d or before, where the newest record is"
                            .formatted(range, end));
        }
        return new TopicRange(range.name(), OptionalLong.of(from), OptionalLong.of(to));
    }

    /**
     * {@inheritDoc}
     *
     * @throws UncheckedIOException where the broker, the registry or the store of artifacts is away
     */
    @Override
    public void readInto(Sink sink) throws IOException {
        long end = range.end().orElseThrow();
        try (var consumer = kafka.consumer(Map.of())) {
            consumer.assign(List.of(partition));
            consumer.seek(partition, range.begin().orElseThrow());
            long progress = System.nanoTime();
            while (consumer.position(partition) < end) {
                var records = consumer.poll(POLL).records(partition);
                for (ConsumerRecord<String, byte[]> record : records) {
                    if (record.offset() < end && range.name().equals(record.key())) {
                        first = first < 0 ? record.offset() : first;
                        take(record, sink);
                    }
                }
                if (!records.isEmpty()) {
                    progress = System.nanoTime();
                } else if (System.nanoTime() - progress > PATIENCE.toNanos()) {
                    throw new IOException(
                            "the broker gave no record of %s for %d s"
                                    .formatted(partition.topic(), PATIENCE.toSeconds()));
                }
            }
        } catch (KafkaException e) {
            throw away(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UncheckedIOException("reading " + range, new ClosedByInterruptException());
        }
    }

    private static UncheckedIOException away(KafkaException e) {
        return new UncheckedIOException(
                "the broker gives no images: " + e.getMessage(), new IOException(e));
    }

    private void take(ConsumerRecord<String, byte[]> record, Sink sink)
            throws InterruptedException {
        String place = "offset " + record.offset();
        try {
            DatasetImage image = serde.decode(record.value());
            DatasetImageRules.check(image, record.key());
            sink.decode(
                    image.getName().isEmpty() ? place : image.getName(), file(image, artifacts));
        } catch (UnreadableRecordException | RejectedException | ArtifactException e) {
            sink.broken(place, e.getMessage());
        }
    }

    /**
     * The image file of a record that keeps the rules.
     *
     * @throws ArtifactException where the store has none of that id, or a larger one
     * @throws UncheckedIOException where the store is away
     */
    public static byte[] file(DatasetImage image, ArtifactStore artifacts) {
        if (image.getBytes() == null) {
            return artifacts.get(new ArtifactId(image.getArtifact()), MOST_BYTES);
        }
        byte[] file = new byte[image.getBytes().remaining()];
        image.getBytes().duplicate().get(file);
        return file;
    }
}
