package io.langevin.operations.views;

import io.langevin.messaging.DeadLetters;
import io.langevin.messaging.KafkaConfig;
import io.langevin.messaging.Topic;
import io.langevin.messaging.Topics;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.GroupListing;
import org.apache.kafka.clients.admin.ListShareGroupOffsetsSpec;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.SharePartitionOffsetInfo;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.GroupType;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;

/**
 * The platform's topics and groups as the broker has them, asked for at the most once in five
 * seconds however many pages are open. Safe to use from several threads.
 */
public final class BrokerState implements AutoCloseable {
    private static final Duration FRESH = Duration.ofSeconds(5);
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /** Who reads what, be they there or not: records wait for them all the same. */
    private static final Map<String, Topic<?>> CONSUMERS =
            Map.of("sampling", Topics.SAMPLING_REQUESTS);

    private static final Map<String, Topic<?>> WORKERS =
            Map.of(
                    "schedule", Topics.SCHEDULE_JOBS,
                    "training", Topics.TRAINING_JOBS,
                    "publishing", Topics.PUBLISHING_JOBS,
                    "publishing-imports", Topics.PUBLISHING_IMPORTS,
                    "publishing-judging", Topics.JUDGING_JOBS,
                    "publishing-changes", Topics.MODEL_CHANGES);

    private final KafkaConfig kafka;
    private final Admin admin;
    private State last = new State(Instant.EPOCH, List.of(), List.of());
    private Optional<KafkaException> failure = Optional.empty();
    private Instant asked = Instant.EPOCH;

    /**
     * @param records that lie on it now, as far as offsets tell
     * @param dead its dead letters
     */
    public record TopicState(Topic<?> topic, int partitions, long records, long dead) {}

    /**
     * @param kind CONSUMER, CLASSIC, SHARE or STREAMS
     * @param members that have joined
     * @param lag records that wait for it; empty where the broker does not say
     */
    public record GroupState(String name, GroupType kind, int members, Optional<Long> lag) {}

    /** Both, and when they were asked for. */
    public record State(Instant at, List<TopicState> topics, List<GroupState> groups) {}

    public BrokerState(KafkaConfig kafka) {
        this.kafka = kafka;
        this.admin = kafka.admin();
    }

    /**
     * @throws KafkaException where the broker does not answer, or did not five seconds ago
     */
    public synchronized State now() throws InterruptedException {
        if (asked.plus(FRESH).isBefore(Instant.now())) {
            try {
                List<TopicState> topics = topics();
                last = new State(Instant.now(), topics, groups(topics));
                failure = Optional.empty();
            } catch (KafkaException e) {
                failure = Optional.of(e);
            }
            asked = Instant.now();
        }
        if (failure.isPresent()) {
            throw new KafkaException(failure.get().getMessage(), failure.get());
        }
        return last;
    }

    private List<TopicState> topics() throws InterruptedException {
        List<String> names = new ArrayList<>();
        for (Topic<?> topic : Topics.all()) {
            names.add(kafka.name(topic));
            names.add(dead(topic));
        }
        Map<String, TopicDescription> described = get(admin.describeTopics(names).allTopicNames());
        List<TopicPartition> partitions = new ArrayList<>();
        described.forEach(
                (name, topic) ->
                        topic.partitions()
                                .forEach(
                                        p ->
                                                partitions.add(
                                                        new TopicPartition(name, p.partition()))));
        Map<String, Long> records = new HashMap<>();
        Map<TopicPartition, Long> begins = offsets(partitions, OffsetSpec.earliest());
        offsets(partitions, OffsetSpec.latest())
                .forEach((at, end) -> records.merge(at.topic(), end - begins.get(at), Long::sum));
        return Topics.all().stream()
                .<TopicState>map(
                        topic ->
                                new TopicState(
                                        topic,
                                        described.get(kafka.name(topic)).partitions().size(),
                                        records.get(kafka.name(topic)),
                                        records.get(dead(topic))))
                .toList();
    }

    private String dead(Topic<?> topic) {
        return kafka.name(topic) + DeadLetters.SUFFIX;
    }

    private Map<TopicPartition, Long> offsets(Collection<TopicPartition> of, OffsetSpec which)
            throws InterruptedException {
        Map<TopicPartition, OffsetSpec> wanted = new HashMap<>();
        of.forEach(at -> wanted.put(at, which));
        Map<TopicPartition, Long> offsets = new HashMap<>();
        get(admin.listOffsets(wanted).all())
                .forEach((at, found) -> offsets.put(at, found.offset()));
        return offsets;
    }

    private List<GroupState> groups(List<TopicState> topics) throws InterruptedException {
        Map<String, GroupState> states = new TreeMap<>();
        for (var known : CONSUMERS.entrySet()) {
            nobody(known.getKey(), GroupType.CONSUMER, known.getValue(), topics, states);
        }
        for (var known : WORKERS.entrySet()) {
            nobody(known.getKey(), GroupType.SHARE, known.getValue(), topics, states);
        }
        for (GroupListing group : get(admin.listGroups().all())) {
            if (!group.groupId().startsWith(kafka.prefix()) || group.type().isEmpty()) {
                continue;
            }
            GroupType kind = group.type().get();
            GroupState state;
            try {
                state =
                        kind == GroupType.SHARE
                                ? shared(group.groupId())
                                : consumed(group.groupId(), kind);
            } catch (KafkaException e) { // one that cannot be described is not all of them
                state = new GroupState(group.groupId(), kind, 0, Optional.empty());
            }
            states.put(state.name(), state);
        }
        return List.copyOf(states.values());
    }

    /** A group that nobody has joined yet: everything waits for it. */
    private void nobody(
            String group,
            GroupType kind,
            Topic<?> topic,
            List<TopicState> topics,
            Map<String, GroupState> states) {
        long waiting =
                topics.stream()
                        .filter(state -> state.topic().equals(topic))
                        .mapToLong(TopicState::records)
                        .sum();
        String name = kafka.group(group);
        states.put(name, new GroupState(name, kind, 0, Optional.of(waiting)));
    }

    private GroupState shared(String name) throws InterruptedException {
        int members =
                get(admin.describeShareGroups(List.of(name)).all()).get(name).members().size();
        Collection<SharePartitionOffsetInfo> offsets =
                get(admin.listShareGroupOffsets(Map.of(name, new ListShareGroupOffsetsSpec()))
                                .partitionsToOffsetInfo(name))
                        .values();
        boolean known = offsets.stream().allMatch(info -> info.lag().isPresent());
        long lag = offsets.stream().mapToLong(info -> info.lag().orElse(0L)).sum();
        return new GroupState(
                name, GroupType.SHARE, members, known ? Optional.of(lag) : Optional.empty());
    }

    private GroupState consumed(String name, GroupType kind) throws InterruptedException {
        int members =
                kind == GroupType.STREAMS
                        ? 0
                        : get(admin.describeConsumerGroups(List.of(name)).all())
                                .get(name)
                                .members()
                                .size();
        Map<TopicPartition, Long> behind = new HashMap<>(begins(name));
        get(admin.listConsumerGroupOffsets(name).partitionsToOffsetAndMetadata())
                .forEach(
                        (at, committed) -> {
                            if (committed != null) {
                                behind.put(at, committed.offset());
                            }
                        });
        long lag = 0;
        for (var end : offsets(behind.keySet(), OffsetSpec.latest()).entrySet()) {
            lag += Math.max(0, end.getValue() - behind.get(end.getKey()));
        }
        return new GroupState(name, kind, members, Optional.of(lag));
    }

    /** Where a group begins that has committed nothing: partitions without an offset wait whole. */
    private Map<TopicPartition, Long> begins(String group) throws InterruptedException {
        Topic<?> topic = CONSUMERS.get(group.substring(kafka.prefix().length()));
        if (topic == null) {
            return Map.of();
        }
        String name = kafka.name(topic);
        List<TopicPartition> partitions =
                get(admin.describeTopics(List.of(name)).allTopicNames())
                        .get(name)
                        .partitions()
                        .stream()
                        .map(p -> new TopicPartition(name, p.partition()))
                        .toList();
        return offsets(partitions, OffsetSpec.earliest());
    }

    private static <T> T get(KafkaFuture<T> future) throws InterruptedException {
        try {
            return future.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw new KafkaException("the broker was asked in vain: " + e.getCause(), e);
        } catch (TimeoutException e) {
            throw new KafkaException(
                    "the broker gave no answer within %d s".formatted(PATIENCE.toSeconds()), e);
        }
    }

    @Override
    public void close() {
        admin.close();
    }
}
