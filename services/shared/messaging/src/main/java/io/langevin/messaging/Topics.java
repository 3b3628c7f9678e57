package io.langevin.messaging;

import io.langevin.process.ConfigurationException;
import io.langevin.records.Cancellation;
import io.langevin.records.CancellationOutcome;
import io.langevin.records.DatasetImage;
import io.langevin.records.DatasetState;
import io.langevin.records.GeneratedImage;
import io.langevin.records.HandledLetter;
import io.langevin.records.JobAttempts;
import io.langevin.records.JobState;
import io.langevin.records.JudgedCheckpoint;
import io.langevin.records.JudgingJob;
import io.langevin.records.JudgingResult;
import io.langevin.records.ModelChange;
import io.langevin.records.ModelChangeResult;
import io.langevin.records.PublishedCheckpoint;
import io.langevin.records.PublishingJob;
import io.langevin.records.PublishingResult;
import io.langevin.records.RetrainingPolicy;
import io.langevin.records.RetrainingRequest;
import io.langevin.records.RunOrder;
import io.langevin.records.SampleOutcome;
import io.langevin.records.SamplePreview;
import io.langevin.records.SampleRequest;
import io.langevin.records.SavedRequest;
import io.langevin.records.ScheduleJob;
import io.langevin.records.ScheduleResult;
import io.langevin.records.TrainingJob;
import io.langevin.records.TrainingProgress;
import io.langevin.records.TrainingResult;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** Every topic of the platform; no other place spells a topic's name. */
public final class Topics {
    public static final Topic<SampleRequest> SAMPLING_REQUESTS =
            topic("sampling.requests", SampleRequest.class, 12, days(7));
    public static final Topic<GeneratedImage> SAMPLING_IMAGES =
            topic("sampling.images", GeneratedImage.class, 12, days(7));
    public static final Topic<SampleOutcome> SAMPLING_OUTCOMES =
            topic("sampling.outcomes", SampleOutcome.class, 12, days(7));
    public static final Topic<SamplePreview> SAMPLING_PREVIEWS =
            topic("sampling.previews", SamplePreview.class, 12, Duration.ofHours(1));
    public static final Topic<SavedRequest> SAMPLING_SAVED =
            new Topic<>("sampling.saved", SavedRequest.class, 1, Optional.empty());
    public static final Topic<RetrainingRequest> RETRAINING_REQUESTS =
            topic("retraining.requests", RetrainingRequest.class, 12, days(30));
    // Job topics have one partition: with two, idle workers starve beside a busy one.
    public static final Topic<ScheduleJob> SCHEDULE_JOBS =
            topic("schedule.jobs", ScheduleJob.class, 1, days(30));
    public static final Topic<ScheduleResult> SCHEDULE_RESULTS =
            topic("schedule.results", ScheduleResult.class, 1, days(30));
    public static final Topic<TrainingJob> TRAINING_JOBS =
            topic("training.jobs", TrainingJob.class, 1, days(30));
    public static final Topic<TrainingResult> TRAINING_RESULTS =
            topic("training.results", TrainingResult.class, 1, days(30));
    public static final Topic<TrainingProgress> TRAINING_PROGRESS =
            topic("training.progress", TrainingProgress.class, 12, days(7));
    public static final Topic<PublishingJob> PUBLISHING_JOBS =
            topic("publishing.jobs", PublishingJob.class, 1, days(30));
    // What is not judged does not wait behind a run that is.
    public static final Topic<PublishingJob> PUBLISHING_IMPORTS =
            topic("publishing.imports", PublishingJob.class, 1, days(30));
    public static final Topic<PublishingResult> PUBLISHING_RESULTS =
            topic("publishing.results", PublishingResult.class, 1, days(30));
    public static final Topic<JudgingJob> JUDGING_JOBS =
            topic("judging.jobs", JudgingJob.class, 1, days(30));
    public static final Topic<JudgingResult> JUDGING_RESULTS =
            topic("judging.results", JudgingResult.class, 1, days(30));
    public static final Topic<PublishedCheckpoint> MODEL_CHECKPOINTS =
            new Topic<>("model.checkpoints", PublishedCheckpoint.class, 1, Optional.empty());
    public static final Topic<JudgedCheckpoint> MODEL_JUDGEMENTS =
            topic("model.judgements", JudgedCheckpoint.class, 12, days(30));
    public static final Topic<ModelChange> MODEL_CHANGES =
            topic("model.changes", ModelChange.class, 1, days(30));
    public static final Topic<ModelChangeResult> MODEL_CHANGE_RESULTS =
            topic("model.change.results", ModelChangeResult.class, 1, days(30));
    public static final Topic<Cancellation> CANCELLATIONS =
            topic("cancellations", Cancellation.class, 1, days(7));
    public static final Topic<CancellationOutcome> CANCELLATION_OUTCOMES =
            topic("cancellation.outcomes", CancellationOutcome.class, 1, days(7));
    public static final Topic<RunOrder> RUN_ORDERS =
            topic("run.orders", RunOrder.class, 1, days(30));
    public static final Topic<JobState> JOB_STATES =
            new Topic<>("job.states", JobState.class, 12, Optional.empty());

    public static final Topic<JobAttempts> JOB_ATTEMPTS =
            new Topic<>("job.attempts", JobAttempts.class, 1, Optional.empty());

    // One partition: a range of its offsets is a version of a data set, whoever hashes the key.
    public static final Topic<DatasetImage> DATASETS_IMAGES =
            topic("datasets.images", DatasetImage.class, 1, Topic.FOR_EVER);
    public static final Topic<DatasetState> DATASETS_STATES =
            new Topic<>("datasets.states", DatasetState.class, 1, Optional.empty());
    // For as long as there may be letters, and a day.
    public static final Topic<HandledLetter> LETTERS_HANDLED =
            topic("letters.handled", HandledLetter.class, 1, days(31));
    public static final Topic<RetrainingPolicy> RETRAINING_POLICIES =
            new Topic<>("retraining.policies", RetrainingPolicy.class, 1, Optional.empty());

    private static final Duration KNOWN_WITHIN = Duration.ofSeconds(30);

    private static final Set<String> LIMITS =
            Set.of(
                    TopicConfig.MAX_MESSAGE_BYTES_CONFIG,
                    TopicConfig.COMPRESSION_TYPE_CONFIG,
                    TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG);

    private Topics() {}

    public static List<Topic<?>> all() {
        return List.of(
                SAMPLING_REQUESTS,
                SAMPLING_IMAGES,
                SAMPLING_OUTCOMES,
                SAMPLING_PREVIEWS,
                SAMPLING_SAVED,
                RETRAINING_REQUESTS,
                SCHEDULE_JOBS,
                SCHEDULE_RESULTS,
                TRAINING_JOBS,
                TRAINING_RESULTS,
                TRAINING_PROGRESS,
                PUBLISHING_JOBS,
                PUBLISHING_IMPORTS,
                PUBLISHING_RESULTS,
                JUDGING_JOBS,
                JUDGING_RESULTS,
                MODEL_CHECKPOINTS,
                MODEL_JUDGEMENTS,
                MODEL_CHANGES,
                MODEL_CHANGE_RESULTS,
                CANCELLATIONS,
                CANCELLATION_OUTCOMES,
                RUN_ORDERS,
                JOB_STATES,
                JOB_ATTEMPTS,
                DATASETS_IMAGES,
                DATASETS_STATES,
                LETTERS_HANDLED,
                RETRAINING_POLICIES);
    }

    /**
     * What every topic is created with, dead letters' topics among them.
     *
     * @param replication copies of each partition; -1: the broker's default
     */
    public static List<NewTopic> definitions(String prefix, short replication) {
        return all().stream()
                .flatMap(
                        topic ->
                                Stream.of(
                                        topic.definition(prefix, replication),
                                        topic.deadLetters(prefix, replication)))
                .toList();
    }

    /**
     * Creates what is missing, dead-letter topics included. What exists gets today's limits of
     * size, time and compression; its partitions and retention are left as they are.
     *
     * @param replication copies of each partition; -1: the broker's default
     * @return names of the topics created now
     */
    public static List<String> create(Admin admin, String prefix, short replication)
            throws InterruptedException {
        List<NewTopic> wanted = definitions(prefix, replication);
        List<String> created = new ArrayList<>();
        List<NewTopic> there = new ArrayList<>();
        var results = admin.createTopics(wanted).values();
        for (NewTopic topic : wanted) {
            try {
                results.get(topic.name()).get();
                created.add(topic.name());
            } catch (ExecutionException e) {
                if (!(e.getCause() instanceof TopicExistsException)) {
                    throw notPossible("topic %s cannot be created".formatted(topic.name()), e);
                }
                there.add(topic);
            }
        }
        limit(admin, there);
        awaitLeaders(admin, wanted);
        return created.stream().sorted().toList();
    }

    /** Creates a topic that is not the platform's own, unless it is there. */
    public static void createOther(KafkaConfig kafka, String name, short replication)
            throws InterruptedException {
        try (Admin admin = kafka.admin()) {
            admin.createTopics(List.of(new NewTopic(name, 1, replication))).all().get();
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof TopicExistsException)) {
                throw notPossible("topic %s cannot be created".formatted(name), e);
            }
        }
    }

    private static void limit(Admin admin, List<NewTopic> topics) throws InterruptedException {
        Map<ConfigResource, Collection<AlterConfigOp>> changes = new HashMap<>();
        for (NewTopic topic : topics) {
            changes.put(
                    new ConfigResource(ConfigResource.Type.TOPIC, topic.name()),
                    topic.configs().entrySet().stream()
                            .filter(setting -> LIMITS.contains(setting.getKey()))
                            .map(setting -> new ConfigEntry(setting.getKey(), setting.getValue()))
                            .map(entry -> new AlterConfigOp(entry, AlterConfigOp.OpType.SET))
                            .toList());
        }
        try {
            admin.incrementalAlterConfigs(changes).all().get();
        } catch (ExecutionException e) {
            throw notPossible("the limits of topics cannot be set", e);
        }
    }

    /**
     * A topic is known a moment before its leader takes records. A producer's first batch that
     * comes in between is sent again, behind its second one, and refused for ever.
     */
    private static void awaitLeaders(Admin admin, List<NewTopic> topics)
            throws InterruptedException {
        List<String> names = topics.stream().map(NewTopic::name).toList();
        try {
            Map<TopicPartition, OffsetSpec> ends = new HashMap<>();
            for (TopicDescription topic : described(admin, names)) {
                topic.partitions()
                        .forEach(
                                p ->
                                        ends.put(
                                                new TopicPartition(topic.name(), p.partition()),
                                                OffsetSpec.latest()));
            }
            admin.listOffsets(ends).all().get();
        } catch (ExecutionException e) {
            throw notPossible("topics are not served", e);
        }
    }

    /** Waits until every broker has heard of the topics. */
    private static Collection<TopicDescription> described(Admin admin, List<String> names)
            throws InterruptedException, ExecutionException {
        long deadline = System.nanoTime() + KNOWN_WITHIN.toNanos();
        while (true) {
            try {
                return admin.describeTopics(names).allTopicNames().get().values();
            } catch (ExecutionException e) {
                boolean notYet = e.getCause() instanceof UnknownTopicOrPartitionException;
                if (!notYet || System.nanoTime() > deadline) {
                    throw e;
                }
                TimeUnit.MILLISECONDS.sleep(50);
            }
        }
    }

    private static ConfigurationException notPossible(String what, ExecutionException e) {
        return new ConfigurationException("%s: %s".formatted(what, e.getCause().getMessage()), e);
    }

    private static <T extends SpecificRecord> Topic<T> topic(
            String suffix, Class<T> type, int partitions, Duration kept) {
        return new Topic<>(suffix, type, partitions, Optional.of(kept));
    }

    private static Duration days(int days) {
        return Duration.ofDays(days);
    }
}
