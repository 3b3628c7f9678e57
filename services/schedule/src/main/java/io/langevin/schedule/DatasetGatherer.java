package io.langevin.schedule;

import static io.langevin.messaging.Topics.DATASETS_IMAGES;
import static io.langevin.messaging.Topics.DATASETS_STATES;

import io.langevin.artifacts.ArtifactException;
import io.langevin.artifacts.ArtifactStore;
import io.langevin.datasets.pixels.ImageDecoder;
import io.langevin.datasets.pixels.Picture;
import io.langevin.datatopic.TopicImages;
import io.langevin.messaging.DeadLetters;
import io.langevin.messaging.EventHeaders;
import io.langevin.messaging.Failures;
import io.langevin.messaging.KafkaConfig;
import io.langevin.messaging.Schemas;
import io.langevin.messaging.follow.WholeTopic;
import io.langevin.messaging.rules.DatasetImageRules;
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
    private static final int AT_ONCE = 100;
    private static final long LARGEST_PICTURE = 16_000_000;
    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration BACKOFF = Duration.ofSeconds(1);
    private static final Duration WORKED_WELL = Duration.ofMinutes(1);

    private final KafkaConfig kafka;
    private final Schemas schemas;
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
            MeterRegistry metrics) {
        this.kafka = kafka;
        this.schemas = schemas;
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
                    for (Claim<DatasetImage> claim : stream.poll(POLL, AT_ONCE)) {
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
        WholeTopic.read(
                kafka,
                schemas,
                DATASETS_STATES,
                (state, source) -> {
                    if (state == null) {
                        states.remove(source.key());
                    } else {
                        states.put(source.key(), state);
                    }
                });
    }

    private void take(Claim<DatasetImage> claim, TransactionalStream<DatasetImage> stream)
            throws InterruptedException {
        List<ProducerRecord<String, byte[]>> outputs = new ArrayList<>();
        try {
            DatasetImageRules.check(claim.record(), claim.source().key());
            String name = claim.record().getDataset();
            if (!states.containsKey(name) && states.size() >= MOST_DATASETS) {
                throw new RejectedException(
                        "dataset: there must be at most %d of them, not '%s' too"
                                .formatted(MOST_DATASETS, name));
            }
            gather(claim, dataset(name, claim), stream, outputs);
        } catch (RejectedException e) {
            outputs.add(stream.deadLetter(claim, e.getMessage()));
        }
        stream.complete(claim, outputs);
    }

    private GatheredDataset dataset(String name, Claim<DatasetImage> claim) {
        return measured.computeIfAbsent(
                name,
                none ->
                        new GatheredDataset(
                                states.getOrDefault(
                                        name,
                                        GatheredDataset.none(
                                                name, claim.source().offset(), at(claim)))));
    }

    private void gather(
            Claim<DatasetImage> claim,
            GatheredDataset dataset,
            TransactionalStream<DatasetImage> stream,
            List<ProducerRecord<String, byte[]>> outputs)
            throws InterruptedException {
        long offset = claim.source().offset();
        try {
            dataset.add(picture(claim.record()), offset, at(claim));
        } catch (RejectedException e) {
            dataset.refuse(offset, at(claim));
            outputs.add(stream.deadLetter(claim, e.getMessage()));
        }
        DatasetState state = dataset.state();
        states.put(state.getDataset(), state);
        outputs.add(
                new ProducerRecord<>(
                        kafka.name(DATASETS_STATES),
                        null,
                        state.getDataset(),
                        schemas.serde(DATASETS_STATES).encode(state),
                        headers.of(state, claim.source().headers())));
    }

    /** Whatever goes wrong inside a decoder is a fault of the file. */
    private Picture picture(DatasetImage image) {
        try {
            return ImageDecoder.decode(TopicImages.file(image, artifacts), LARGEST_PICTURE);
        } catch (ArtifactException e) {
            throw new RejectedException("artifact: " + e.getMessage());
        } catch (IOException | IllegalArgumentException | StackOverflowError e) {
            throw new RejectedException(
                    "%s: must be an image file: %s"
                            .formatted(
                                    image.getBytes() == null ? "artifact" : "bytes",
                                    e.getMessage() == null ? e.toString() : e.getMessage()));
        }
    }

    private static Instant at(Claim<DatasetImage> claim) {
        return Instant.ofEpochMilli(claim.source().timestamp());
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
