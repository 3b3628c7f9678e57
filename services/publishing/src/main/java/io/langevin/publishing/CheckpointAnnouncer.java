package io.langevin.publishing;

import static io.langevin.messaging.Topics.MODEL_CHECKPOINTS;

import io.langevin.messaging.EventHeaders;
import io.langevin.messaging.JobContext;
import io.langevin.messaging.KafkaConfig;
import io.langevin.messaging.RejectedException;
import io.langevin.messaging.Schemas;
import io.langevin.messaging.TopicFollower;
import io.langevin.records.PublishedCheckpoint;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.ProducerFencedException;

/**
 * Announces checkpoints, of each model in the order in which they were asked for. Of two workers
 * that are at the same model, the one that came first is fenced: what it was about to announce when
 * it was held up never becomes visible.
 */
final class CheckpointAnnouncer {
    private static final int TRANSACTION_TIMEOUT_MILLIS = 20_000;

    private final KafkaConfig kafka;
    private final Schemas schemas;
    private final EventHeaders headers = EventHeaders.ofService(PublishingService.NAME);

    CheckpointAnnouncer(KafkaConfig kafka, Schemas schemas) {
        this.kafka = kafka;
        this.schemas = schemas;
    }

    /**
     * Announces a checkpoint, unless the run has done so before.
     *
     * @param next makes the announcement; it may throw RejectedException
     * @return artifact id of what the run has announced
     * @throws RejectedException where the model has a checkpoint that was asked for later
     * @throws io.langevin.messaging.JobCancelledException where somebody has asked the run to stop
     *     and it has announced nothing
     * @throws InterruptedException where another worker is at it
     */
    String announce(
            String model, String runId, JobContext context, Supplier<PublishedCheckpoint> next)
            throws InterruptedException {
        try (Producer<String, byte[]> producer = producer(model)) {
            producer.initTransactions(); // from now on nobody who began earlier can announce
            List<PublishedCheckpoint> before = announced(model);
            Optional<PublishedCheckpoint> own =
                    before.stream().filter(c -> runId.equals(c.getRunId())).findFirst();
            if (own.isPresent()) {
                return own.get().getCheckpoint();
            }
            context.throwIfCancelled();
            PublishedCheckpoint checkpoint = next.get();
            requireNewest(checkpoint, before);
            context.throwIfCancelled();
            context.requireHeld();
            write(producer, checkpoint, context);
            return checkpoint.getCheckpoint();
        } catch (ProducerFencedException | InvalidProducerEpochException e) {
            throw new InterruptedException("another worker announces a checkpoint of this model");
        }
    }

    private Producer<String, byte[]> producer(String model) {
        return kafka.producer(
                Map.of(
                        ProducerConfig.TRANSACTIONAL_ID_CONFIG,
                        kafka.group(PublishingService.NAME + "-" + model),
                        ProducerConfig.TRANSACTION_TIMEOUT_CONFIG,
                        TRANSACTION_TIMEOUT_MILLIS));
    }

    /** Announcements of a model that are still there, the newest last. */
    private List<PublishedCheckpoint> announced(String model) throws InterruptedException {
        List<PublishedCheckpoint> found = new CopyOnWriteArrayList<>();
        TopicFollower.readAll(
                kafka,
                schemas,
                MODEL_CHECKPOINTS,
                (record, source) -> {
                    if (record != null && model.equals(source.key())) {
                        found.add(record);
                    }
                });
        return found;
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
