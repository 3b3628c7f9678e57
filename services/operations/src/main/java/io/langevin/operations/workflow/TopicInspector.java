package io.langevin.operations.workflow;

import static io.langevin.messaging.Topics.CANCELLATION_OUTCOMES;
import static io.langevin.messaging.Topics.DATASETS_STATES;
import static io.langevin.messaging.Topics.JOB_ATTEMPTS;
import static io.langevin.messaging.Topics.JOB_STATES;
import static io.langevin.messaging.Topics.JUDGING_RESULTS;
import static io.langevin.messaging.Topics.LETTERS_HANDLED;
import static io.langevin.messaging.Topics.MODEL_CHANGE_RESULTS;
import static io.langevin.messaging.Topics.MODEL_CHECKPOINTS;
import static io.langevin.messaging.Topics.MODEL_JUDGEMENTS;
import static io.langevin.messaging.Topics.SAMPLING_IMAGES;
import static io.langevin.messaging.Topics.SAMPLING_PREVIEWS;
import static io.langevin.messaging.Topics.SAMPLING_SAVED;
import static io.langevin.messaging.Topics.TRAINING_PROGRESS;

import io.langevin.messaging.AvroSerde;
import io.langevin.messaging.DeadLetters;
import io.langevin.messaging.Failures;
import io.langevin.messaging.KafkaConfig;
import io.langevin.messaging.Schemas;
import io.langevin.messaging.Topic;
import io.langevin.messaging.UnreadableRecordException;
import io.langevin.operations.OperationsConfig;
import io.langevin.operations.streams.KeyRules;
import io.langevin.operations.streams.RecordRule;
import io.langevin.process.FollowedView;
import io.langevin.records.CancellationOutcome;
import io.langevin.records.DatasetState;
import io.langevin.records.GeneratedImage;
import io.langevin.records.HandledLetter;
import io.langevin.records.JobState;
import io.langevin.records.JudgedCheckpoint;
import io.langevin.records.JudgingResult;
import io.langevin.records.ModelChangeResult;
import io.langevin.records.PublishedCheckpoint;
import io.langevin.records.SamplePreview;
import io.langevin.records.SavedRequest;
import io.langevin.records.TrainingProgress;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.RebalanceInProgressException;
import org.apache.kafka.common.errors.TransactionAbortableException;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks over the topics that nobody works on: those with what services have done, which every
 * process may follow for itself. What cannot be read there becomes a dead letter once, whoever else
 * has passed it over. A dead letter and the offset behind it commit together. One thread owns it.
 */
public final class TopicInspector implements FollowedView {
    private static final Logger LOG = LoggerFactory.getLogger(TopicInspector.class);
    private static final Duration POLL = Duration.ofMillis(500);
    private static final Duration BACKOFF = Duration.ofSeconds(2);
    private static final String NAME = OperationsConfig.NAME + "-inspector";

    private final KafkaConfig kafka;
    private final DeadLetters deadLetters;
    private final Map<String, Inspected<?>> topics = new HashMap<>();
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private final Thread thread = new Thread(this::run, NAME);
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile Consumer<String, byte[]> reading;

    /** A topic, how its records are read, and what they must be beside readable. */
    private record Inspected<T extends SpecificRecord>(
            Topic<T> topic, AvroSerde<T> serde, RecordRule<T> rule) {

        /**
         * @return why the record cannot be used; empty where it can
         */
        Optional<String> fault(ConsumerRecord<String, byte[]> record) {
            boolean deletes = record.value() == null && topic.kept().isEmpty();
            if (deletes && record.key() != null) {
                return Optional.empty();
            }
            try {
                return rule.broken(record.key(), serde.decode(record.value()));
            } catch (UnreadableRecordException e) {
                return Optional.of(e.getMessage());
            }
        }
    }

    private TopicInspector(KafkaConfig kafka, Schemas schemas, DeadLetters deadLetters)
            throws InterruptedException {
        this.kafka = kafka;
        this.deadLetters = deadLetters;
        add(schemas, SAMPLING_IMAGES, KeyRules.keyIs("requestId", GeneratedImage::getRequestId));
        add(schemas, SAMPLING_PREVIEWS, KeyRules.keyIs("requestId", SamplePreview::getRequestId));
        add(schemas, SAMPLING_SAVED, KeyRules.keyIs("requestId", SavedRequest::getRequestId));
        add(schemas, TRAINING_PROGRESS, KeyRules.keyIs("runId", TrainingProgress::getRunId));
        add(schemas, MODEL_CHECKPOINTS, KeyRules.keyIs("model", PublishedCheckpoint::getModel));
        add(schemas, MODEL_JUDGEMENTS, KeyRules.keyIs("runId", JudgedCheckpoint::getRunId));
        add(schemas, JUDGING_RESULTS, KeyRules.keyIs("runId", JudgingResult::getRunId));
        add(
                schemas,
                MODEL_CHANGE_RESULTS,
                KeyRules.keyIs("changeId", ModelChangeResult::getChangeId));
        add(schemas, CANCELLATION_OUTCOMES, KeyRules.keyIs("id", CancellationOutcome::getId));
        add(schemas, JOB_STATES, KeyRules.keyIs("id", JobState::getId));
        add(schemas, DATASETS_STATES, KeyRules.keyIs("dataset", DatasetState::getDataset));
        add(schemas, LETTERS_HANDLED, KeyRules.keyIs("letter", HandledLetter::getLetter));
        add(schemas, JOB_ATTEMPTS, KeyRules.none());
    }

    private <T extends SpecificRecord> void add(Schemas schemas, Topic<T> topic, RecordRule<T> rule)
            throws InterruptedException {
        topics.put(kafka.name(topic), new Inspected<>(topic, schemas.serde(topic), rule));
    }

    public static TopicInspector start(KafkaConfig kafka, Schemas schemas, DeadLetters deadLetters)
            throws InterruptedException {
        var inspector = new TopicInspector(kafka, schemas, deadLetters);
        inspector.thread.setDaemon(true);
        inspector.thread.start();
        return inspector;
    }

    @Override
    public CompletableFuture<Void> ended() {
        return ended;
    }

    private void run() {
        boolean said = false;
        try {
            while (!isClosed()) {
                try (var consumer = consumer();
                        var producer = producer()) {
                    reading = consumer;
                    producer.initTransactions();
                    while (!isClosed()) {
                        inspect(consumer, producer);
                        said = false;
                    }
                } catch (RuntimeException e) {
                    if (isClosed() || e instanceof WakeupException) {
                        break;
                    }
                    if (!Failures.isPassing(e) && !isOverForThisMember(e)) {
                        throw e;
                    }
                    if (!said) {
                        LOG.atWarn()
                                .addKeyValue("reason", Failures.reason(e))
                                .log("inspecting topics again from what was committed");
                        said = true;
                    }
                    closed.await(BACKOFF.toMillis(), TimeUnit.MILLISECONDS);
                }
            }
            ended.complete(null);
        } catch (InterruptedException e) {
            ended.complete(null); // closed
        } catch (RuntimeException | Error e) {
            ended.completeExceptionally(
                    new IllegalStateException("inspecting topics: " + Failures.reason(e), e));
        }
    }

    /** The broker has ended the transaction or the membership: a new member goes on. */
    private static boolean isOverForThisMember(RuntimeException e) {
        return e instanceof ProducerFencedException
                || e instanceof InvalidProducerEpochException
                || e instanceof TransactionAbortableException
                || e instanceof RebalanceInProgressException;
    }

    private boolean isClosed() {
        return closed.getCount() == 0;
    }

    private Consumer<String, byte[]> consumer() {
        Consumer<String, byte[]> consumer =
                kafka.consumer(Map.of(ConsumerConfig.GROUP_ID_CONFIG, kafka.group(NAME)));
        consumer.subscribe(topics.keySet());
        return consumer;
    }

    private Producer<String, byte[]> producer() {
        return kafka.producer(
                Map.of(
                        ProducerConfig.TRANSACTIONAL_ID_CONFIG,
                        kafka.group(NAME) + "-" + UUID.randomUUID()));
    }

    private void inspect(Consumer<String, byte[]> consumer, Producer<String, byte[]> producer) {
        ConsumerRecords<String, byte[]> records = consumer.poll(POLL);
        consumer.resume(consumer.paused());
        List<ProducerRecord<String, byte[]>> dead = new ArrayList<>();
        Map<TopicPartition, OffsetAndMetadata> behind = new HashMap<>();
        for (TopicPartition partition : records.partitions()) {
            for (ConsumerRecord<String, byte[]> record : records.records(partition)) {
                if (!isInspected(record, dead)) {
                    consumer.seek(partition, record.offset());
                    consumer.pause(List.of(partition)); // until after the next poll
                    break;
                }
                behind.put(partition, new OffsetAndMetadata(record.offset() + 1));
            }
        }
        if (!dead.isEmpty()) {
            producer.beginTransaction();
            dead.forEach(producer::send);
            producer.sendOffsetsToTransaction(behind, consumer.groupMetadata());
            producer.commitTransaction();
        } else if (!behind.isEmpty()) {
            consumer.commitSync(behind);
        }
    }

    /**
     * @return false where the record has to wait for the registry or the store of artifacts
     */
    private boolean isInspected(
            ConsumerRecord<String, byte[]> record, List<ProducerRecord<String, byte[]>> dead) {
        Inspected<?> topic = topics.get(record.topic());
        if (!topic.serde().isReadableSoon(record.value())) {
            return false;
        }
        try {
            topic.fault(record).ifPresent(reason -> dead.add(deadLetters.of(record, reason)));
            return true;
        } catch (UncheckedIOException e) {
            return false;
        } catch (RuntimeException | StackOverflowError e) {
            LOG.atError()
                    .addKeyValue("topic", record.topic())
                    .addKeyValue("partition", record.partition())
                    .addKeyValue("offset", record.offset())
                    .setCause(e)
                    .log("a record that no rule can judge");
            dead.add(deadLetters.of(record, "defect: " + e));
            return true;
        }
    }

    @Override
    public void close() {
        closed.countDown();
        Consumer<String, byte[]> consumer = reading;
        if (consumer != null) {
            consumer.wakeup();
        }
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
