package io.langevin.local;

import static io.langevin.messaging.Topics.DATASETS_IMAGES;

import io.langevin.artifacts.ArtifactId;
import io.langevin.artifacts.ArtifactStore;
import io.langevin.cli.terminal.CommandFailure;
import io.langevin.datasets.PictureSource;
import io.langevin.datasets.pixels.Picture;
import io.langevin.messaging.AvroSerde;
import io.langevin.messaging.EventHeaders;
import io.langevin.messaging.Failures;
import io.langevin.messaging.KafkaConfig;
import io.langevin.messaging.Schemas;
import io.langevin.messaging.rules.RecordRules;
import io.langevin.records.DatasetImage;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import javax.imageio.ImageIO;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;

/** Sends pictures and image files as events of one data set, each content once. */
final class PublishedImages implements PictureSource.Sink, AutoCloseable {
    private static final int MOST_INLINE = 512 << 10;
    private static final int LONGEST_NAME = 400;

    private final Producer<String, byte[]> producer;
    private final String topic;
    private final AvroSerde<DatasetImage> serde;
    private final EventHeaders headers = EventHeaders.ofService("client");
    private final ArtifactStore artifacts;
    private final String dataset;
    private final String source;
    private final Set<ArtifactId> known;
    private final AtomicLong end = new AtomicLong();
    private final AtomicReference<Exception> failure = new AtomicReference<>();
    private final List<String> leftOut = new ArrayList<>();
    private int added;
    private int repeated;

    private PublishedImages(
            Producer<String, byte[]> producer,
            String topic,
            AvroSerde<DatasetImage> serde,
            ArtifactStore artifacts,
            String dataset,
            String source,
            Set<ArtifactId> known) {
        this.producer = producer;
        this.topic = topic;
        this.serde = serde;
        this.artifacts = artifacts;
        this.dataset = dataset;
        this.source = source;
        this.known = known;
    }

    /**
     * @param known images that are not sent again
     */
    static PublishedImages open(
            KafkaConfig kafka,
            ArtifactStore artifacts,
            String dataset,
            String source,
            Set<ArtifactId> known)
            throws InterruptedException {
        return new PublishedImages(
                kafka.producer(Map.of()),
                kafka.name(DATASETS_IMAGES),
                new Schemas(kafka).serde(DATASETS_IMAGES),
                artifacts,
                dataset,
                source,
                known);
    }

    @Override
    public void accept(String name, Picture picture) {
        decode(name, png(picture));
    }

    @Override
    public void decode(String name, byte[] file) {
        if (!known.add(ArtifactId.of(file))) {
            repeated++;
            return;
        }
        boolean inline = file.length <= MOST_INLINE;
        DatasetImage image =
                DatasetImage.newBuilder()
                        .setDataset(dataset)
                        .setName(RecordRules.abbreviated(name, LONGEST_NAME))
                        .setSource(source)
                        .setBytes(inline ? ByteBuffer.wrap(file) : null)
                        .setArtifact(inline ? null : artifacts.put(file).hex())
                        .build();
        producer.send(
                new ProducerRecord<>(topic, null, dataset, serde.encode(image), headers.of(image)),
                (sent, why) -> {
                    if (why == null) {
                        end.accumulateAndGet(sent.offset() + 1, Math::max);
                    } else {
                        failure.compareAndSet(null, why);
                    }
                });
        added++;
        throwIfFailed();
    }

    private void throwIfFailed() {
        Exception why = failure.get();
        if (why != null) {
            throw new CommandFailure(
                    "the broker does not take the images: %s; what is sent again counts once"
                            .formatted(Failures.reason(why)));
        }
    }

    private static byte[] png(Picture picture) {
        int width = picture.width();
        int plane = width * picture.height();
        boolean grey = picture.channels() == 1;
        var image =
                new BufferedImage(
                        width,
                        picture.height(),
                        grey ? BufferedImage.TYPE_BYTE_GRAY : BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < plane; i++) {
            for (int channel = 0; channel < picture.channels(); channel++) {
                image.getRaster()
                        .setSample(
                                i % width,
                                i / width,
                                channel,
                                picture.pixels()[channel * plane + i] & 0xFF);
            }
        }
        var out = new ByteArrayOutputStream();
        try {
            ImageIO.write(image, "png", out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    @Override
    public void broken(String name, String why) {
        leftOut.add("%s: %s".formatted(name, why));
    }

    @Override
    public void leftOut(String name, String why) {
        leftOut.add("%s: %s".formatted(name, why));
    }

    /** Returns when the broker has them all. */
    void awaitSafe() {
        producer.flush();
        throwIfFailed();
    }

    int added() {
        return added;
    }

    /** The offset behind the last one; 0 where none was sent. */
    long end() {
        return end.get();
    }

    /** What was not sent, in words. */
    String others() {
        return (repeated == 0 ? "" : "; %d were there already".formatted(repeated))
                + (leftOut.isEmpty()
                        ? ""
                        : "; %d left out (%s%s)"
                                .formatted(
                                        leftOut.size(),
                                        leftOut.get(0),
                                        leftOut.size() > 1 ? "; …" : ""));
    }

    @Override
    public void close() {
        producer.close();
    }
}
