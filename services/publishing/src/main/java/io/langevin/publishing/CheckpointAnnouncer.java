package io.langevin.publishing;

import static io.langevin.messaging.Topics.MODEL_CHECKPOINTS;

import io.langevin.messaging.EventHeaders;
import io.langevin.messaging.KafkaConfig;
import io.langevin.messaging.Schemas;
import io.langevin.messaging.follow.WholeTopic;
import io.langevin.messaging.queue.JobContext;
import io.langevin.messaging.rules.RejectedException;
import io.langevin.records.PublishedCheckpoint;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Announces checkpoints, of each model in the order in which they were asked for. Of two workers
 * that are at the same model, the one that came first is fenced: what it was about to announce when
 * it was held up never becomes visible, and it looks again at what is announced by now.
 */
final class CheckpointAnnouncer {
    private static final Logger LOG = LoggerFactory.getLogger(CheckpointAnnouncer.class);
    private static final int TRANSACTION_TIMEOUT_MILLIS = 20_000;
    private static final long LONGEST_PAUSE_MILLIS = 1_000;

    private final KafkaConfig kafka;
    private final Schemas schemas;
    private final EventHeaders headers = EventHeaders.ofService(PublishingConfig.NAME);

    CheckpointAnnouncer(KafkaConfig kafka, Schemas schemas) {
        this.kafka = kafka;
        this.schemas = schemas;
    }

    /**
     * Announces a checkpoint, unless the run has done so before.
     *
     * @param next makes the announcement, before anybody is fenced: it may take long, and may throw
     *     RejectedException
     * @return artifact id of what the run has announced
     * @throws RejectedException where the model has a checkpoint that was asked for later
     * @throws io.langevin.messaging.queue.JobCancelledException where somebody has asked the run to
     *     stop and it has announced nothing
     * @throws InterruptedException where the job is to go on elsewhere
     */
    String announce(
            String model, String runId, JobContext context, Supplier<PublishedCheckpoint> next)
            throws InterruptedException {
        Optional<String> before = announcedBy(runId, announced(model));
        if (before.isPresent()) {
            return before.get();
        }
        context.throwIfCancelled();
        PublishedCheckpoint checkpoint = believed(next.get(), context.askedAt());
        while (true) {
            try {
                return announceAlone(checkpoint, runId, context);
            } catch (ProducerFencedException | InvalidProducerEpochException e) {
                LOG.atInfo()
                        .addKeyValue("model", model)
                        .addKeyValue("id", runId)
                        .log("another worker announces a checkpoint of this model: once more");
                Thread.sleep(ThreadLocalRandom.current().nextLong(LONGEST_PAUSE_MILLIS));
            }
        }
    }

    /** Compares with what is announced, and announces, with nobody else at the model meanwhile. */
    private String announceAlone(PublishedCheckpoint checkpoint, String runId, JobContext context)
            throws InterruptedException {
        String model = checkpoint.getModel();
        try (Producer<String, byte[]> producer = producer(model)) {
            producer.initTransactions(); // from now on nobody who began earlier can announce
            List<PublishedCheckpoint> before = announced(model);
            Optional<String> own = announcedBy(runId, before);
            if (own.isPresent()) {
                return own.get();
            }
            requireNewest(checkpoint, before);
            context.throwIfCancelled();
            context.requireHeld();
            write(producer, checkpoint, context);
            return checkpoint.getCheckpoint();
        }
    }

    private static Optional<String> announcedBy(String runId, List<PublishedCheckpoint> before) {
        return before.stream()
                .filter(announced -> runId.equals(announced.getRunId()))
                .map(PublishedCheckpoint::getCheckpoint)
                .findFirst();
    }

    private Producer<String, byte[]> producer(String model) {
        return kafka.producer(
                Map.of(
                        ProducerConfig.TRANSACTIONAL_ID_CONFIG,
                        kafka.group(PublishingConfig.NAME + "-" + model),
                        ProducerConfig.TRANSACTION_TIMEOUT_CONFIG,
                        TRANSACTION_TIMEOUT_MILLIS));
    }

    /**
     * Announcements of a model that are still there, the newest last: those too that lie behind a
     * transaction of another model that is open.
     */
    private List<PublishedCheckpoint> announced(String model) throws InterruptedException {
        List<PublishedCheckpoint> found = new CopyOnWriteArrayList<>();
        WholeTopic.readWritten(
                kafka,
                schemas,
                MODEL_CHECKPOINTS,
                (record, source) -> {
                    if (record != null && model.equals(source.key())) {
                        found.add(believed(record, Instant.ofEpochMilli(source.timestamp())));
                    }
                });
        return found;
    }

    /** Nothing was asked for after its record came, whatever the record says. */
    private static PublishedCheckpoint believed(PublishedCheckpoint record, Instant came) {
        Instant asked = record.getRequestedAt();
        return asked == null || !asked.isAfter(came)
                ? record
                : PublishedCheckpoint.newBuilder(record).setRequestedAt(came).build();
    }

    private static void requireNewest(PublishedCheckpoint next, List<PublishedCheckpoint> before) {
        if (before.isEmpty()) {
            return;
        }
        PublishedCheckpoint newest = before.get(before.size() - 1);
        Instant asked = newest.getRequestedAt();
        if (asked != null && next.getRequestedAt().isBefore(asked)) {
            throw new RejectedException(
                    "superseded: model %s has the checkpoint %s, which was asked for later (%s)"
                            .formatted(next.getModel(), newest.getCheckpoint(), asked));
        }
    }

    private void write(
            Producer<String, byte[]> producer, PublishedCheckpoint checkpoint, JobContext context)
            throws InterruptedException {
        byte[] value = schemas.serde(MODEL_CHECKPOINTS).encode(checkpoint);
        producer.beginTransaction();
        producer.send(
                new ProducerRecord<>(
                        kafka.name(MODEL_CHECKPOINTS),
                        null,
                        checkpoint.getModel(),
                        value,
                        headers.of(checkpoint, context.headers())));
        producer.commitTransaction();
    }
}
