package io.langevin.schedule;

import static io.langevin.messaging.Topics.DATASETS_IMAGES;
import static io.langevin.messaging.Topics.DATASETS_STATES;

import io.langevin.artifacts.ArtifactException;
import io.langevin.artifacts.ArtifactStore;
import io.langevin.datasets.ImageDataset;
import io.langevin.datasets.pixels.ImageDecoder;
import io.langevin.datasets.pixels.Picture;
import io.langevin.datatopic.TopicImages;
import io.langevin.messaging.AvroSerde;
import io.langevin.messaging.DeadLetters;
import io.langevin.messaging.EventHeaders;
import io.langevin.messaging.Failures;
import io.langevin.messaging.KafkaConfig;
import io.langevin.messaging.Schemas;
import io.langevin.messaging.follow.WholeTopic;
import io.langevin.messaging.rules.DatasetImageRules;
import io.langevin.messaging.rules.RecordRules;
import io.langevin.messaging.rules.RejectedException;
import io.langevin.messaging.stream.Claim;
import io.langevin.messaging.stream.TransactionalStream;
import io.langevin.process.ServiceLoop;
import io.langevin.records.DatasetImage;
import io.langevin.records.DatasetState;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at every image that is published for a data set. Each one's state of the data set, or its
 * dead letter, commits with its offset, so that every image counts once.
 */
final class DatasetGatherer implements ServiceLoop {
    private static final Logger LOG = LoggerFactory.getLogger(DatasetGatherer.class);
    private static final String NAME = ScheduleConfig.NAME + "-datasets";
    private static final int MOST_DATASETS = 10_000;
    private static final int MOST_MEASURED = 64;
    private static final int MOST_DEFECTS = 10;
    private static final int MOST_IMAGES = 1_000_000_000;

    /** Images that are looked at between two signs of life. */
    private static final int AT_ONCE = 16;

    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration BACKOFF = Duration.ofSeconds(1);
    private static final Duration WORKED_WELL = Duration.ofMinutes(1);

    private final KafkaConfig kafka;
    private final Schemas schemas;
    private final AvroSerde<DatasetState> serde;
    private final ArtifactStore artifacts;
    private final DeadLetters deadLetters;
    private final MeterRegistry metrics;
    private final EventHeaders headers = EventHeaders.ofService(ScheduleConfig.NAME);
    private final CountDownLatch closed = new CountDownLatch(1);

    /** Of every data set, as of the last image that was looked at. */
    private final Map<String, DatasetState> states = new HashMap<>();

    /** Those whose images came last, each with its sample. */
    private final Map<String, GatheredDataset> measured =
            new LinkedHashMap<>(16, 0.75f, true) {
                private static final long serialVersionUID = 1;

                @Override
                protected boolean removeEldestEntry(Map.Entry<String, GatheredDataset> eldest) {
                    return size() > MOST_MEASURED;
                }
            };

    private volatile boolean working;

    DatasetGatherer(
            KafkaConfig kafka,
            Schemas schemas,
            ArtifactStore artifacts,
            DeadLetters deadLetters,
            MeterRegistry metrics)
            throws InterruptedException {
        this.kafka = kafka;
        this.schemas = schemas;
        this.serde = schemas.serde(DATASETS_STATES);
        this.artifacts = artifacts;
        this.deadLetters = deadLetters;
        this.metrics = metrics;
    }

    /** What was not committed is looked at again after a failure. */
    @Override
    public void run() throws InterruptedException {
        int defects = 0;
        while (!isClosed()) {
            long begin = System.nanoTime();
            try (var stream = open()) {
                while (!isClosed()) {
                    for (Claim<DatasetImage> claim :
                            stream.poll(POLL, AT_ONCE, (source, reason) -> refused(source))) {
                        take(claim, stream);
                    }
                    working = true;
                }
            } catch (RuntimeException e) {
                boolean passing = Failures.isPassing(e);
                boolean workedWell = System.nanoTime() - begin > WORKED_WELL.toNanos();
                defects = passing || workedWell ? 0 : defects + 1;
                if (defects > MOST_DEFECTS) {
                    throw e;
                }
                LOG.atWarn()
                        .addKeyValue("reason", Failures.reason(e))
                        .setCause(passing ? null : e)
                        .log("looking at images again from what was committed");
            }
            working = false;
            closed.await(BACKOFF.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private TransactionalStream<DatasetImage> open() throws InterruptedException {
        return TransactionalStream.open(
                kafka,
                schemas,
                DATASETS_IMAGES,
                NAME,
                UUID.randomUUID().toString(),
                deadLetters,
                metrics,
                this::restore);
    }

    /** What another process knew commits with what it has looked at. */
    private void restore() throws InterruptedException {
        states.clear();
        measured.clear();
        WholeTopic.readWritten(
                kafka,
                schemas,
                DATASETS_STATES,
                (state, source) -> {
                    if (state != null && isOwn(state, source.key())) {
                        states.put(source.key(), state);
                    } else if (state == null) {
                        states.remove(source.key());
                    }
                });
    }

    /** Anybody may have written one: what this service would not have is passed over. */
    private static boolean isOwn(DatasetState state, String key) {
        boolean measured =
                state.getImageSize() >= 1 && state.getImageSize() <= GatheredDataset.LARGEST_SIDE;
        return state.getDataset().equals(key)
                && isCount(state.getImages())
                && isCount(state.getRefused())
                && (measured || state.getImages() == 0)
                && (state.getChannels() == 1 || state.getChannels() == 3)
                && Double.isFinite(state.getMaximumDistance())
                && Double.isFinite(state.getMedianDistance());
    }

    private static boolean isCount(int number) {
        return number >= 0 && number <= MOST_IMAGES;
    }

    private void take(Claim<DatasetImage> claim, TransactionalStream<DatasetImage> stream)
            throws InterruptedException {
        List<ProducerRecord<String, byte[]>> outputs = new ArrayList<>();
        String name = claim.source().key();
        try {
            DatasetImageRules.check(claim.record(), name);
            if (!states.containsKey(name) && states.size() >= MOST_DATASETS) {
                throw new RejectedException(
                        "dataset: there must be at most %d of them, not '%s' too"
                                .formatted(MOST_DATASETS, name));
            }
            Picture picture = picture(claim.record());
            GatheredDataset dataset = dataset(name, claim.source());
            dataset.add(picture, claim.source().offset(), at(claim.source()));
            outputs.add(known(dataset.state(), claim.source()));
        } catch (RejectedException e) {
            outputs.add(stream.deadLetter(claim, e.getMessage()));
            outputs.addAll(refused(claim.source()));
        }
        stream.complete(claim, outputs);
    }

    /** What is no image counts where there can be a data set of its key. */
    private List<ProducerRecord<String, byte[]>> refused(ConsumerRecord<String, byte[]> source) {
        String name = source.key();
        boolean room = states.containsKey(name) || states.size() < MOST_DATASETS;
        if (!RecordRules.isModelName(name) || !room) {
            return List.of();
        }
        GatheredDataset dataset = dataset(name, source);
        dataset.refuse(source.offset(), at(source));
        return List.of(known(dataset.state(), source));
    }

    private ProducerRecord<String, byte[]> known(
            DatasetState state, ConsumerRecord<String, byte[]> cause) {
        states.put(state.getDataset(), state);
        return new ProducerRecord<>(
                kafka.name(DATASETS_STATES),
                null,
                state.getDataset(),
                serde.encode(state),
                headers.of(state, cause.headers()));
    }

    private GatheredDataset dataset(String name, ConsumerRecord<String, byte[]> source) {
        return measured.computeIfAbsent(
                name,
                none ->
                        new GatheredDataset(
                                states.getOrDefault(
                                        name,
                                        GatheredDataset.none(name, source.offset(), at(source)))));
    }

    /** A file may say that it is larger than the memory. */
    private Picture picture(DatasetImage image) {
        try {
            byte[] file = TopicImages.file(image, artifacts);
            return ImageDecoder.decode(file, ImageDataset.MOST_OPEN_PIXELS);
        } catch (ArtifactException e) {
            throw new RejectedException("artifact: " + e.getMessage());
        } catch (IOException | OutOfMemoryError e) {
            throw new RejectedException(
                    "%s: must be an image file: %s"
                            .formatted(
                                    image.getBytes() == null ? "artifact" : "bytes",
                                    e.getMessage()));
        }
    }

    private static Instant at(ConsumerRecord<?, ?> source) {
        return Instant.ofEpochMilli(source.timestamp());
    }

    @Override
    public boolean isWorking() {
        return working;
    }

    private boolean isClosed() {
        return closed.getCount() == 0;
    }

    @Override
    public void close() {
        closed.countDown();
    }
}
