package io.langevin.messaging.stream;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsOptions;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsSpec;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which partitions this process has. It runs on the thread that polls, inside the poll; what is
 * committed already is restored before a partition's first record comes.
 */
final class Rebalances implements ConsumerRebalanceListener {
    private static final Logger LOG = LoggerFactory.getLogger(Rebalances.class);

    private final String topic;
    private final String group;
    private final Admin admin;
    private final Consumer<String, byte[]> consumer;
    private final OutputCommitter committer;
    private final TakeOver takeOver;
    private final java.util.function.Consumer<TopicPartition> lost;
    private final Map<TopicPartition, ClaimedPartition> claimed = new HashMap<>();

    /**
     * @param topic for the log
     * @param group whose offsets are restored
     * @param lost is told of each partition that another process has now
     */
    Rebalances(
            String topic,
            String group,
            Admin admin,
            Consumer<String, byte[]> consumer,
            OutputCommitter committer,
            TakeOver takeOver,
            java.util.function.Consumer<TopicPartition> lost) {
        this.topic = topic;
        this.group = group;
        this.admin = admin;
        this.consumer = consumer;
        this.committer = committer;
        this.takeOver = takeOver;
        this.lost = lost;
    }

    /** The partition of a record, which this process has. */
    ClaimedPartition claimed(TopicPartition partition) {
        return claimed.get(partition);
    }

    /** Partitions of which no more records are to be read for now. */
    List<TopicPartition> crowded() {
        return claimed.values().stream()
                .filter(ClaimedPartition::isCrowded)
                .map(ClaimedPartition::partition)
                .filter(consumer.assignment()::contains)
                .toList();
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
        committer.flush(); // the last moment at which this generation may commit
        committer.suspend();
    }

    @Override
    public void onPartitionsLost(Collection<TopicPartition> partitions) {
        partitions.forEach(this::lose);
    }

    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
        // eager: what is not in the new assignment is gone
        List.copyOf(claimed.keySet()).stream()
                .filter(p -> !partitions.contains(p))
                .forEach(this::lose);
        committer.groupIs(consumer.groupMetadata());
        List<TopicPartition> fresh =
                partitions.stream().filter(p -> !claimed.containsKey(p)).toList();
        Map<TopicPartition, OffsetAndMetadata> committed =
                fresh.isEmpty() ? Map.of() : committed(fresh);
        for (TopicPartition partition : partitions) {
            ClaimedPartition kept = claimed.get(partition);
            if (kept != null) {
                consumer.seek(partition, kept.position());
                continue;
            }
            claimed.put(partition, restore(partition, committed.get(partition)));
        }
        if (!fresh.isEmpty()) {
            takeOver();
        }
        committer.resume();
        LOG.atInfo()
                .addKeyValue("topic", topic)
                .addKeyValue("partitions", partitions.size())
                .log("partitions assigned");
    }

    private void takeOver() {
        try {
            takeOver.partitionsTaken();
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }

    /**
     * Asks by Admin: right after joining, the consumer's own look-up can miss what is committed.
     */
    private Map<TopicPartition, OffsetAndMetadata> committed(List<TopicPartition> partitions) {
        try {
            return admin.listConsumerGroupOffsets(
                            Map.of(
                                    group,
                                    new ListConsumerGroupOffsetsSpec().topicPartitions(partitions)),
                            new ListConsumerGroupOffsetsOptions().requireStable(true))
                    .partitionsToOffsetAndMetadata(group)
                    .get();
        } catch (ExecutionException e) {
            throw new KafkaException("committed offsets cannot be read", e.getCause());
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }

    private ClaimedPartition restore(TopicPartition partition, OffsetAndMetadata committed) {
        if (committed == null) {
            consumer.seekToBeginning(List.of(partition));
            return new ClaimedPartition(
                    partition, OffsetLedger.startingAt(consumer.position(partition)));
        }
        // with the epoch of its leader the consumer notices a log that was cut meanwhile
        consumer.seek(
                partition, new OffsetAndMetadata(committed.offset(), committed.leaderEpoch(), ""));
        return new ClaimedPartition(
                partition, OffsetLedger.restore(committed.offset(), committed.metadata()));
    }

    private void lose(TopicPartition partition) {
        ClaimedPartition gone = claimed.remove(partition);
        if (gone != null) {
            gone.lose();
            lost.accept(partition);
        }
    }
}
