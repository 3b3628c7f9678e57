package io.langevin.messaging.stream;

import static org.apache.kafka.clients.consumer.CloseOptions.GroupMembershipOperation.LEAVE_GROUP;

import io.langevin.messaging.AvroSerde;
import io.langevin.messaging.DeadLetters;
import io.langevin.messaging.EventHeaders;
import io.langevin.messaging.KafkaConfig;
import io.langevin.messaging.Schemas;
import io.langevin.messaging.Topic;
import io.langevin.messaging.UnreadableRecordException;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.StickyAssignor;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A consumer group in which what a record leads to and the record's offset commit together,
 * whatever order records finish in: a reader of committed records sees the outputs of each exactly
 * once.
 *
 * <p>One thread, the owner, calls everything here; {@link OutputCommitter} has a second one for the
 * producer. Work outlives a rebalance that gives the partition back; otherwise its {@link
 * Claim#isLost} becomes true and its outputs are never committed. After any failure {@link #poll}
 * throws: close this stream and open another, which goes on from what was committed.
 */
public final class TransactionalStream<T extends SpecificRecord>
        implements RecordStream<T>, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TransactionalStream.class);

    /** What waits in this process before anybody asks for it. */
    private static final int FETCHED_BYTES = 8 << 20;

    private static final Duration STEP = Duration.ofMillis(50);

    private final Topic<T> topic;
    private final AvroSerde<T> serde;
    private final DeadLetters deadLetters;
    private final Admin admin;
    private final Consumer<String, byte[]> consumer;
    private final OutputCommitter committer;
    private final Rebalances rebalances;
    private final Backlog backlog;

    private TransactionalStream(
            KafkaConfig kafka,
            Topic<T> topic,
            AvroSerde<T> serde,
            String reader,
            String instance,
            DeadLetters deadLetters,
            MeterRegistry metrics,
            TakeOver takeOver) {
        this.topic = topic;
        this.serde = serde;
        this.deadLetters = deadLetters;
        String group = kafka.group(reader);
        this.committer = OutputCommitter.start(kafka, group + "-" + instance, metrics);
        this.admin = kafka.admin();
        this.consumer =
                kafka.consumer(
                        Map.of(
                                ConsumerConfig.GROUP_ID_CONFIG,
                                group,
                                ConsumerConfig.GROUP_INSTANCE_ID_CONFIG,
                                instance,
                                // eager: nobody commits with the identity of an older generation
                                ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG,
                                StickyAssignor.class.getName(),
                                ConsumerConfig.MAX_POLL_RECORDS_CONFIG,
                                100,
                                ConsumerConfig.FETCH_MAX_BYTES_CONFIG,
                                FETCHED_BYTES,
                                ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG,
                                15_000));
        this.backlog = new Backlog(topic.suffix());
        this.rebalances =
                new Rebalances(
                        topic.suffix(), group, admin, consumer, committer, takeOver, this::lost);
        consumer.subscribe(List.of(kafka.name(topic)), rebalances);
    }

    /**
     * @param reader names the group
     * @param instance this process among those of the group; a restarted one has the same, and
     *     takes over at once what it left
     * @param metrics has {@code langevin_transactions_seconds}
     */
    public static <T extends SpecificRecord> TransactionalStream<T> open(
            KafkaConfig kafka,
            Schemas schemas,
            Topic<T> topic,
            String reader,
            String instance,
            DeadLetters deadLetters,
            MeterRegistry metrics,
            TakeOver takeOver)
            throws InterruptedException {
        return new TransactionalStream<>(
                kafka,
                topic,
                schemas.serde(topic),
                reader,
                instance,
                deadLetters,
                metrics,
                takeOver);
    }

    /**
     * {@inheritDoc}
     *
     * <p>A record whose schema is in a registry that is away waits for it, and those of its key
     * with it; the others do not.
     */
    @Override
    public List<Claim<T>> poll(Duration timeout, int atMost, Refusal refusal) {
        committer.throwIfFailed();
        if (atMost > 0 && backlog.wantsMore()) {
            consumer.resume(consumer.paused());
            consumer.pause(rebalances.crowded());
        } else {
            consumer.pause(consumer.assignment());
        }
        consumer.poll(backlog.patience(timeout, atMost)).forEach(this::enqueue);
        committer.groupIs(consumer.groupMetadata());
        List<Claim<T>> claims = new ArrayList<>();
        backlog.handOut(atMost, claims, record -> claim(record, claims, refusal));
        return claims;
    }

    private void enqueue(ConsumerRecord<String, byte[]> record) {
        ClaimedPartition partition = rebalances.claimed(partition(record));
        if (partition.isCutBelow(record.offset())) {
            cut(partition, record);
        }
        if (partition.reached(record.offset(), record.leaderEpoch())) {
            backlog.add(record);
        }
    }

    /** A damaged segment, a topic made anew, a restored backup: what is there now is new. */
    private void cut(ClaimedPartition partition, ConsumerRecord<String, byte[]> record) {
        LOG.atWarn()
                .addKeyValue("topic", record.topic())
                .addKeyValue("partition", record.partition())
                .addKeyValue("offset", record.offset())
                .addKeyValue("read", partition.position())
                .log("the partition was cut short: its records are read from here on as new ones");
        backlog.removeIf(
                waiting ->
                        partition(waiting).equals(partition(record))
                                && waiting.offset() >= record.offset());
        partition.cutAt(record.offset());
    }

    /**
     * Hands a record out, or gives it up; either way it needs nothing that is away.
     *
     * @return false where it does, and has to wait
     */
    private boolean claim(
            ConsumerRecord<String, byte[]> source, List<Claim<T>> claims, Refusal refusal) {
        if (!serde.isReadable(source.value())) {
            return false;
        }
        ClaimedPartition partition = rebalances.claimed(partition(source));
        try {
            T record = serde.decode(source.value());
            EventHeaders.begin(source);
            claims.add(new Claim<>(record, source, partition, Instant.now(), partition.cuts()));
            return true;
        } catch (UnreadableRecordException e) {
            return giveUp(source, partition, e.getMessage(), refusal);
        } catch (UncheckedIOException e) {
            return false; // the registry went away just now
        }
    }

    private boolean giveUp(
            ConsumerRecord<String, byte[]> source,
            ClaimedPartition partition,
            String reason,
            Refusal refusal) {
        List<ProducerRecord<String, byte[]>> outputs = new ArrayList<>();
        try {
            outputs.add(deadLetters.of(source, reason));
        } catch (UncheckedIOException e) {
            return false; // too large for a topic, and the store is away
        }
        outputs.addAll(refusal.answer(source, reason));
        LOG.atWarn()
                .addKeyValue("topic", source.topic())
                .addKeyValue("partition", source.partition())
                .addKeyValue("offset", source.offset())
                .addKeyValue("reason", reason)
                .log("dead letter");
        committer.commit(partition, source.offset(), partition.cuts(), outputs);
        return true;
    }

    @Override
    public ProducerRecord<String, byte[]> deadLetter(Claim<T> claim, String reason) {
        return deadLetters.of(claim.source(), reason);
    }

    /** {@inheritDoc} Both commit in one of the next transactions. */
    @Override
    public void complete(Claim<T> claim, List<ProducerRecord<String, byte[]>> outputs) {
        if (!claim.isLost()) {
            committer.commit(claim.partition(), claim.source().offset(), claim.cuts(), outputs);
        }
    }

    /** {@inheritDoc} They commit in one of the next transactions. */
    @Override
    public void publish(Claim<T> claim, List<ProducerRecord<String, byte[]>> outputs) {
        if (!claim.isLost()) {
            committer.publish(claim.partition(), outputs);
        }
    }

    @Override
    public long lag() {
        return backlog.size()
                + consumer.assignment().stream()
                        .mapToLong(partition -> consumer.currentLag(partition).orElse(0))
                        .sum();
    }

    /** Waits until everything completed so far is committed. */
    public void flush() {
        committer.flush();
    }

    /** {@inheritDoc} It waits through a rebalance that is under way. */
    @Override
    public void flush(Duration most) {
        long deadline = System.nanoTime() + most.toNanos();
        while (committer.isSuspended() && System.nanoTime() < deadline) {
            poll(STEP, 0);
        }
        committer.flush();
        committer.throwIfFailed();
    }

    /** Ends without committing what is not complete: another process of the group takes it over. */
    @Override
    public void close() {
        try {
            // a static member would keep its partitions until its session ends
            consumer.close(CloseOptions.groupMembershipOperation(LEAVE_GROUP));
        } finally {
            committer.close();
            admin.close(Duration.ZERO);
        }
    }

    private static TopicPartition partition(ConsumerRecord<?, ?> record) {
        return new TopicPartition(record.topic(), record.partition());
    }

    /** Another process has it now. */
    private void lost(TopicPartition partition) {
        backlog.removeIf(record -> partition(record).equals(partition));
    }
}
