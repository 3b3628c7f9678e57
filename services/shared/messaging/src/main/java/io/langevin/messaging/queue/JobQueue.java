package io.langevin.messaging.queue;

import io.langevin.messaging.KafkaConfig;
import io.langevin.messaging.RecordKeys;
import io.langevin.process.ConfigurationException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ListShareGroupOffsetsSpec;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.clients.consumer.ShareConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.GroupNotEmptyException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One member of a share group that holds at most one record. Owned by one thread, but for wakeup.
 */
final class JobQueue implements AutoCloseable {
    /**
     * How often the broker hands a record out before it drops it in silence: the most that it
     * allows by default. {@link JobAttemptLog} counts what matters.
     */
    static final int DELIVERIES = 10;

    private static final Logger LOG = LoggerFactory.getLogger(JobQueue.class);

    private final ShareConsumer<String, byte[]> consumer;
    private final Membership membership;

    /** What a member joins with. */
    private record Membership(KafkaConfig kafka, String topic, String group, JobLocks locks) {}

    private JobQueue(ShareConsumer<String, byte[]> consumer, Membership membership) {
        this.consumer = consumer;
        this.membership = membership;
    }

    static JobQueue open(KafkaConfig kafka, String topic, String group, JobLocks locks)
            throws InterruptedException {
        configure(kafka, topic, group, locks);
        Map<String, Object> properties =
                kafka.with(
                        Map.of(),
                        Map.of(
                                ConsumerConfig.GROUP_ID_CONFIG,
                                group,
                                ConsumerConfig.SHARE_ACKNOWLEDGEMENT_MODE_CONFIG,
                                "explicit",
                                ConsumerConfig.SHARE_ACQUIRE_MODE_CONFIG,
                                "record_limit",
                                ConsumerConfig.MAX_POLL_RECORDS_CONFIG,
                                1));
        ShareConsumer<String, byte[]> consumer =
                new KafkaShareConsumer<>(
                        properties, new RecordKeys().deserializer(), new ByteArrayDeserializer());
        consumer.subscribe(List.of(topic));
        return new JobQueue(consumer, new Membership(kafka, topic, group, locks));
    }

    /**
     * Returns a fresh member in the place of this one, as soon as the broker lets it join.
     *
     * @param closed ends the waiting: this one is returned
     */
    JobQueue joinAgain(CountDownLatch closed, Duration backoff) throws InterruptedException {
        while (!closed.await(backoff.toMillis(), TimeUnit.MILLISECONDS)) {
            try {
                JobQueue fresh =
                        open(
                                membership.kafka,
                                membership.topic,
                                membership.group,
                                membership.locks);
                close();
                return fresh;
            } catch (KafkaException e) {
                LOG.atDebug().setCause(e).log("the broker is still away");
            }
        }
        return this;
    }

    /** Settings of a share group live in the broker. */
    private static void configure(KafkaConfig kafka, String topic, String group, JobLocks locks)
            throws InterruptedException {
        List<AlterConfigOp> settings = new ArrayList<>();
        Map.of(
                        "share.auto.offset.reset",
                        "earliest",
                        "share.isolation.level",
                        "read_committed",
                        "share.record.lock.duration.ms",
                        "" + locks.lock().toMillis(),
                        "share.delivery.count.limit",
                        "" + DELIVERIES)
                .forEach(
                        (name, value) ->
                                settings.add(
                                        new AlterConfigOp(
                                                new ConfigEntry(name, value),
                                                AlterConfigOp.OpType.SET)));
        try (Admin admin = kafka.admin()) {
            admin.incrementalAlterConfigs(
                            Map.of(new ConfigResource(ConfigResource.Type.GROUP, group), settings))
                    .all()
                    .get();
            beginWithFirstJob(admin, topic, group);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RetriableException away) {
                throw away;
            }
            throw new ConfigurationException(
                    "share group %s: its settings were refused: %s"
                            .formatted(group, e.getCause().getMessage()),
                    e);
        }
    }

    /**
     * A group that is new would begin by its setting; but the broker may hear of the setting after
     * the first member has joined, and then that member never sees the jobs that are there already.
     */
    private static void beginWithFirstJob(Admin admin, String topic, String group)
            throws InterruptedException, ExecutionException {
        Map<TopicPartition, OffsetSpec> first = new HashMap<>();
        for (TopicPartitionInfo each :
                admin.describeTopics(List.of(topic))
                        .allTopicNames()
                        .get()
                        .get(topic)
                        .partitions()) {
            first.put(new TopicPartition(topic, each.partition()), OffsetSpec.earliest());
        }
        var known =
                admin.listShareGroupOffsets(Map.of(group, new ListShareGroupOffsetsSpec()))
                        .partitionsToOffsetInfo(group)
                        .get();
        first.keySet().removeIf(known::containsKey);
        if (first.isEmpty()) {
            return;
        }
        Map<TopicPartition, Long> begin = new HashMap<>();
        admin.listOffsets(first).all().get().forEach((at, found) -> begin.put(at, found.offset()));
        try {
            admin.alterShareGroupOffsets(group, begin).all().get();
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof GroupNotEmptyException)) {
                throw e;
            }
            LOG.atDebug().addKeyValue("group", group).log("another member has begun");
        }
    }

    /** The next job, held by a lock from now on. */
    Optional<ConsumerRecord<String, byte[]>> poll(Duration timeout) {
        for (ConsumerRecord<String, byte[]> record : consumer.poll(timeout)) {
            return Optional.of(record);
        }
        return Optional.empty();
    }

    /** Lets go of the record in the given way. */
    void acknowledge(ConsumerRecord<String, byte[]> record, AcknowledgeType how) {
        consumer.acknowledge(record, how);
        for (Optional<KafkaException> failure : consumer.commitSync().values()) {
            if (failure.isPresent()) {
                throw failure.get();
            }
        }
    }

    /** Holds the record for another lock time; the one returned is to be acknowledged next. */
    ConsumerRecord<String, byte[]> renew(ConsumerRecord<String, byte[]> record, Duration patience) {
        acknowledge(record, AcknowledgeType.RENEW);
        return poll(patience)
                .filter(renewed -> renewed.offset() == record.offset())
                .orElseThrow(() -> new KafkaException("the lock of the job was not renewed"));
    }

    @Override
    public void close() {
        consumer.close();
    }
}
