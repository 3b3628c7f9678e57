package io.langevin.publishing;

import static io.langevin.messaging.Topics.MODEL_CHECKPOINTS;

import io.langevin.messaging.EventHeaders;
import io.langevin.messaging.KafkaConfig;
import io.langevin.messaging.Schemas;
import io.langevin.messaging.follow.WholeTopic;
import io.langevin.messaging.queue.JobContext;
import io.langevin.records.PublishedCheckpoint;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadLocalRandom;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Announces what models have. Of two workers that are at the same model, the one that came first is
 * fenced: what it was about to announce when it was held up never becomes visible, and it looks
 * again at what is announced by now.
 */
final class CheckpointAnnouncer {
    private static final Logger LOG = LoggerFactory.getLogger(CheckpointAnnouncer.class);
    private static final int TRANSACTION_TIMEOUT_MILLIS = 20_000;
    private static final String CHANGE = "langevin_change";
    private static final long LONGEST_PAUSE_MILLIS = 1_000;

    private final KafkaConfig kafka;
    private final Schemas schemas;
    private final EventHeaders headers = EventHeaders.ofService(PublishingConfig.NAME);

    CheckpointAnnouncer(KafkaConfig kafka, Schemas schemas) {
        this.kafka = kafka;
        this.schemas = schemas;
    }

    /** What becomes of what a model has; empty: the model is gone. */
    interface Change {
        /**
         * @throws io.langevin.messaging.rules.RejectedException where it cannot be
         */
        Optional<PublishedCheckpoint> of(Optional<PublishedCheckpoint> now);
    }

    /**
     * Makes a change of a model, unless it has been made before.
     *
     * @param id of the run or the change
     * @param change is called with what the model has, once more where another worker was faster
     * @return what the model has then, or had right after the change was made before
     * @throws io.langevin.messaging.queue.JobCancelledException where somebody has asked the run to
     *     stop and it has announced nothing
     * @throws InterruptedException where the job is to go on elsewhere
     */
    Optional<PublishedCheckpoint> change(String model, String id, JobContext context, Change change)
            throws InterruptedException {
        Optional<Announced> before = madeBy(id, announced(model));
        if (before.isPresent()) {
            return before.get().model();
        }
        context.throwIfCancelled();
        while (true) {
            try {
                return changeAlone(model, id, context, change);
            } catch (ProducerFencedException | InvalidProducerEpochException e) {
                LOG.atInfo()
                        .addKeyValue("model", model)
                        .addKeyValue("id", id)
                        .log("another worker changes this model: once more");
                Thread.sleep(ThreadLocalRandom.current().nextLong(LONGEST_PAUSE_MILLIS));
            }
        }
    }

    /** What the model had after this run or change; empty where it has changed nothing yet. */
    Optional<PublishedCheckpoint> madeBy(String id, String model) throws InterruptedException {
        return madeBy(id, announced(model)).flatMap(Announced::model);
    }

    /** What the model has now. */
    Optional<PublishedCheckpoint> now(String model) throws InterruptedException {
        return last(announced(model));
    }

    /** Looks at what is announced, and changes it, with nobody else at the model meanwhile. */
    private Optional<PublishedCheckpoint> changeAlone(
            String model, String id, JobContext context, Change change)
            throws InterruptedException {
        try (Producer<String, byte[]> producer = producer(model)) {
            producer.initTransactions(); // from now on nobody who began earlier can announce
            List<Announced> before = announced(model);
            Optional<Announced> own = madeBy(id, before);
            if (own.isPresent()) {
                return own.get().model();
            }
            Optional<PublishedCheckpoint> next = change.of(last(before));
            context.throwIfCancelled();
            context.requireHeld();
            write(producer, model, id, next, context);
            return next;
        }
    }

    /**
     * What was announced of a model.
     *
     * @param model empty where it was retired
     * @param retiredBy the change that did so; empty where none did, or none that said so
     */
    private record Announced(Optional<PublishedCheckpoint> model, String retiredBy) {
        boolean isMadeBy(String id) {
            return id.equals(retiredBy)
                    || model.filter(m -> id.equals(m.getChangeId()) || id.equals(m.getRunId()))
                            .isPresent();
        }
    }

    /** A record without a value says in a header which change it is of. */
    private static Headers retiring(String id, JobContext context) {
        return EventHeaders.trace(context.headers())
                .add(CHANGE, id.getBytes(StandardCharsets.UTF_8));
    }

    private static String retiredBy(ConsumerRecord<?, ?> source) {
        Header change = source.headers().lastHeader(CHANGE);
        return change == null || change.value() == null
                ? ""
                : new String(change.value(), StandardCharsets.UTF_8);
    }

    private static Optional<Announced> madeBy(String id, List<Announced> before) {
        return before.stream().filter(announced -> announced.isMadeBy(id)).findFirst();
    }

    private static Optional<PublishedCheckpoint> last(List<Announced> announced) {
        return announced.isEmpty() ? Optional.empty() : announced.get(announced.size() - 1).model();
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
     * Announcements of a model that are still there, the newest last, empty where it was retired:
     * those too that lie behind a transaction of another model that is open.
     */
    private List<Announced> announced(String model) throws InterruptedException {
        List<Announced> found = new CopyOnWriteArrayList<>();
        WholeTopic.readWritten(
                kafka,
                schemas,
                MODEL_CHECKPOINTS,
                (record, source) -> {
                    if (model.equals(source.key())) {
                        Instant came = Instant.ofEpochMilli(source.timestamp());
                        found.add(
                                new Announced(
                                        Optional.ofNullable(record)
                                                .map(known -> believed(known, came)),
                                        record == null ? retiredBy(source) : ""));
                    }
                });
        return found;
    }

    /** Nothing was asked for after its record came, whatever the record says. */
    static PublishedCheckpoint believed(PublishedCheckpoint record, Instant came) {
        Instant asked = record.getRequestedAt();
        return asked == null || !asked.isAfter(came)
                ? record
                : PublishedCheckpoint.newBuilder(record).setRequestedAt(came).build();
    }

    private void write(
            Producer<String, byte[]> producer,
            String model,
            String id,
            Optional<PublishedCheckpoint> next,
            JobContext context)
            throws InterruptedException {
        byte[] value = next.isEmpty() ? null : schemas.serde(MODEL_CHECKPOINTS).encode(next.get());
        producer.beginTransaction();
        producer.send(
                new ProducerRecord<>(
                        kafka.name(MODEL_CHECKPOINTS),
                        null,
                        model,
                        value,
                        next.isEmpty()
                                ? retiring(id, context)
                                : headers.of(next.get(), context.headers())));
        producer.commitTransaction();
    }
}
