package io.langevin.operations;

import static io.langevin.messaging.Topics.CANCELLATIONS;
import static io.langevin.messaging.Topics.JOB_STATES;
import static io.langevin.messaging.Topics.PUBLISHING_JOBS;
import static io.langevin.messaging.Topics.PUBLISHING_RESULTS;
import static io.langevin.messaging.Topics.RETRAINING_REQUESTS;
import static io.langevin.messaging.Topics.SCHEDULE_JOBS;
import static io.langevin.messaging.Topics.SCHEDULE_RESULTS;
import static io.langevin.messaging.Topics.TRAINING_JOBS;
import static io.langevin.messaging.Topics.TRAINING_PROGRESS;
import static io.langevin.messaging.Topics.TRAINING_RESULTS;

import io.langevin.messaging.RecordRules;
import io.langevin.messaging.RejectedException;
import io.langevin.messaging.RetrainingRules;
import io.langevin.messaging.Topic;
import io.langevin.records.Cancellation;
import io.langevin.records.JobKind;
import io.langevin.records.JobStage;
import io.langevin.records.JobState;
import io.langevin.records.JobStatus;
import io.langevin.records.PublishingJob;
import io.langevin.records.PublishingResult;
import io.langevin.records.RetrainingRequest;
import io.langevin.records.RetrainingRun;
import io.langevin.records.RunEvent;
import io.langevin.records.ScheduleJob;
import io.langevin.records.ScheduleResult;
import io.langevin.records.TrainingJob;
import io.langevin.records.TrainingProgress;
import io.langevin.records.TrainingResult;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.Named;
import org.apache.kafka.streams.kstream.Repartitioned;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The whole retraining workflow: request → schedule → training → publishing. Everything that moves
 * a run passes through one topic in order; a result that does not fit the stage of its run (a
 * repeat, a late one, one of another run) changes nothing.
 */
final class RetrainingTopology {
    static final String STORE = "retraining-runs";
    private static final Logger LOG = LoggerFactory.getLogger(RetrainingTopology.class);
    private static final int PARTITIONS = 12;
    private static final int LONGEST_DETAIL = 8_000;
    private static final Set<JobStage> ENDED =
            Set.of(JobStage.COMPLETED, JobStage.FAILED, JobStage.EXPIRED, JobStage.CANCELLED);

    private RetrainingTopology() {}

    static void addTo(StreamsBuilder builder, TopicStreams streams, Clock clock)
            throws InterruptedException {
        builder.addStateStore(
                Stores.keyValueStoreBuilder(
                        Stores.persistentKeyValueStore(STORE),
                        Serdes.String(),
                        InternalSerde.of(RetrainingRun.class)));
        KStream<String, SpecificRecord> steps =
                requests(streams)
                        .merge(refusals(streams), named("with-refusals"))
                        .merge(
                                events(streams, SCHEDULE_RESULTS, ScheduleResult::getRunId),
                                named("with-schedules"))
                        .merge(
                                events(streams, TRAINING_RESULTS, TrainingResult::getRunId),
                                named("with-trainings"))
                        .merge(
                                events(streams, PUBLISHING_RESULTS, PublishingResult::getRunId),
                                named("with-publishings"))
                        .merge(cancellations(streams), named("with-cancellations"))
                        .repartition(
                                Repartitioned.with(
                                                Serdes.String(), InternalSerde.of(RunEvent.class))
                                        .withName("run-events")
                                        .withNumberOfPartitions(PARTITIONS))
                        .process(() -> new Workflow(clock), named("workflow"), STORE);
        streams.write(begun(streams, clock), JOB_STATES, "write-begun");
        send(steps, streams, SCHEDULE_JOBS);
        send(steps, streams, TRAINING_JOBS);
        send(steps, streams, PUBLISHING_JOBS);
        send(steps, streams, JOB_STATES);
    }

    /**
     * A request whose key is not its id is refused under both: its sender may look for either. One
     * of which nobody could be told is a dead letter.
     */
    private static KStream<String, RunEvent> requests(TopicStreams streams)
            throws InterruptedException {
        return streams.read(RETRAINING_REQUESTS, RetrainingTopology::nobodyToTell)
                .flatMap(
                        (key, request) -> {
                            String id = request.getRunId();
                            if (id.equals(key)) {
                                return List.of(KeyValue.pair(key, new RunEvent(request, null)));
                            }
                            String reason =
                                    "runId: must equal the key of its record, not "
                                            + RecordRules.abbreviated(id, KeyRules.LONGEST_ID);
                            return Stream.of(Optional.ofNullable(key), Optional.of(id))
                                    .flatMap(Optional::stream)
                                    .filter(RetrainingTopology::canBeTold)
                                    .map(each -> KeyValue.pair(each, refused(each, reason)))
                                    .toList();
                        },
                        named("retraining.requests-event"));
    }

    private static Optional<String> nobodyToTell(String key, RetrainingRequest request) {
        if (canBeTold(key) || canBeTold(request.getRunId())) {
            return Optional.empty();
        }
        return Optional.of("runId: must be a UUID in its usual text form and the record's key");
    }

    private static boolean canBeTold(String id) {
        return id != null && !id.isEmpty() && id.length() <= KeyRules.LONGEST_ID;
    }

    /** What cannot be read and has an id as its key: its sender waits for a state. */
    private static KStream<String, RunEvent> refusals(TopicStreams streams) {
        return streams.refused(RETRAINING_REQUESTS)
                .filter((key, dead) -> RecordRules.isId(key), named("refused-with-id"))
                .map(
                        (key, dead) -> KeyValue.pair(key, refused(key, dead.reason())),
                        named("refused-event"));
    }

    private static RunEvent refused(String id, String reason) {
        return new RunEvent(
                RetrainingRequest.newBuilder().setRunId(id).setModel("").build(), reason);
    }

    /** A run waits in a queue before its training begins: the first progress tells. */
    private static KStream<String, JobState> begun(TopicStreams streams, Clock clock)
            throws InterruptedException {
        return streams.overhear(
                        TRAINING_PROGRESS, KeyRules.keyIs("runId", TrainingProgress::getRunId))
                .process(() -> new BegunTrainings(clock), named("begun"), STORE);
    }

    private static <T extends SpecificRecord> KStream<String, RunEvent> events(
            TopicStreams streams, Topic<T> topic, Function<T, String> runId)
            throws InterruptedException {
        return streams.read(topic, KeyRules.keyIs("runId", runId))
                .mapValues(record -> new RunEvent(record, null), named(topic.suffix() + "-event"));
    }

    private static KStream<String, RunEvent> cancellations(TopicStreams streams)
            throws InterruptedException {
        return streams.read(CANCELLATIONS, CancellationTopology.RULE)
                .mapValues(
                        cancellation -> new RunEvent(cancellation, null),
                        named("cancellations-event"));
    }

    private static <T extends SpecificRecord> void send(
            KStream<String, SpecificRecord> steps, TopicStreams streams, Topic<T> topic)
            throws InterruptedException {
        streams.write(
                steps.filter(
                                (id, step) -> topic.type().isInstance(step),
                                named("is-" + topic.suffix()))
                        .mapValues(topic.type()::cast, named("as-" + topic.suffix())),
                topic,
                "write-" + topic.suffix());
    }

    private static Named named(String name) {
        return Named.as(name);
    }

    /** One run at a time, in the order of its events. */
    private static final class Workflow
            implements Processor<String, RunEvent, String, SpecificRecord> {
        private final Clock clock;
        private ProcessorContext<String, SpecificRecord> context;
        private KeyValueStore<String, RetrainingRun> runs;
        private Record<String, RunEvent> cause;

        private Workflow(Clock clock) {
            this.clock = clock;
        }

        @Override
        public void init(ProcessorContext<String, SpecificRecord> processorContext) {
            context = processorContext;
            runs = processorContext.getStateStore(STORE);
        }

        /** Whatever an event brings to light ends its run, and the next event is served. */
        @Override
        public void process(Record<String, RunEvent> record) {
            cause = record;
            RetrainingRun run = runs.get(record.key());
            try {
                happened(record.value(), run);
            } catch (KafkaException e) {
                throw e; // Kafka Streams' own: the thread is replaced
            } catch (RuntimeException | StackOverflowError e) {
                LOG.atError().addKeyValue("id", record.key()).setCause(e).log("a run failed");
                if (run != null && !ENDED.contains(run.getStage())) {
                    move(run, JobStage.FAILED, "defect: " + e);
                } else if (run == null) {
                    refused(record.key(), "", "defect: " + e);
                }
            }
        }

        private void happened(RunEvent happening, RetrainingRun run) {
            Object event = happening.getEvent();
            if (event instanceof RetrainingRequest request) {
                if (run != null) {
                    return;
                }
                if (happening.getRefused() == null) {
                    asked(cause.key(), request);
                } else {
                    refused(cause.key(), request.getModel(), happening.getRefused());
                }
            } else if (run == null || ENDED.contains(run.getStage())) {
                return;
            } else if (event instanceof ScheduleResult result) {
                scheduled(run, result);
            } else if (event instanceof TrainingResult result) {
                trained(run, result);
            } else if (event instanceof PublishingResult result) {
                published(run, result);
            } else if (event instanceof Cancellation cancellation) {
                cancelled(run, cancellation.getReason());
            }
        }

        /** Whether a checkpoint was published is known to its publisher alone, who answers. */
        private void cancelled(RetrainingRun run, String reason) {
            if (run.getStage() == JobStage.PUBLISHING) {
                state(run, JobStage.PUBLISHING, "asked to stop, unless it is published by now");
            } else {
                move(run, JobStage.CANCELLED, reason.isEmpty() ? "cancelled" : reason);
            }
        }

        /** Nothing is kept of it: a request of that id that can be followed may come yet. */
        private void refused(String id, String model, String reason) {
            state(
                    RetrainingRun.newBuilder()
                            .setRequest(
                                    RetrainingRequest.newBuilder()
                                            .setRunId(id)
                                            .setModel(model)
                                            .build())
                            .setStage(JobStage.FAILED)
                            .setRequestedAt(Instant.ofEpochMilli(cause.timestamp()))
                            .build(),
                    JobStage.FAILED,
                    reason);
        }

        private void asked(String key, RetrainingRequest asked) {
            RetrainingRun run =
                    RetrainingRun.newBuilder()
                            .setRequest(asked)
                            .setStage(JobStage.WAITING)
                            .setRequestedAt(Instant.ofEpochMilli(cause.timestamp()))
                            .build();
            RetrainingRequest request;
            try {
                request = RetrainingPresets.applied(asked);
                RetrainingRules.check(request, key);
                run = RetrainingRun.newBuilder(run).setRequest(request).build();
            } catch (RejectedException e) {
                move(withoutContent(run), JobStage.FAILED, e.getMessage());
                return;
            }
            send(
                    ScheduleJob.newBuilder()
                            .setRunId(request.getRunId())
                            .setDataset(request.getDataset())
                            .setImageSize(request.getImageSize())
                            .setChannels(request.getChannels())
                            .setParameters(request.getSchedule())
                            .build());
            move(run, JobStage.SCHEDULING, "");
        }

        /** What cannot be followed can be of any size: its id and its model are kept. */
        private static RetrainingRun withoutContent(RetrainingRun run) {
            return RetrainingRun.newBuilder(run)
                    .setRequest(
                            RetrainingRequest.newBuilder()
                                    .setRunId(run.getRequest().getRunId())
                                    .setModel(run.getRequest().getModel())
                                    .build())
                    .build();
        }

        private void scheduled(RetrainingRun run, ScheduleResult result) {
            if (run.getStage() != JobStage.SCHEDULING
                    || ended(run, result.getStatus(), result.getReason())) {
                return;
            }
            if (result.getSigmas().isEmpty()) {
                move(run, JobStage.FAILED, "sigmas: a schedule must have at least one, not none");
                return;
            }
            RetrainingRequest request = run.getRequest();
            send(
                    TrainingJob.newBuilder()
                            .setRunId(request.getRunId())
                            .setModel(request.getModel())
                            .setDataset(request.getDataset())
                            .setDatasetFingerprint(result.getDatasetFingerprint())
                            .setImageSize(request.getImageSize())
                            .setChannels(result.getChannels())
                            .setNetwork(request.getNetwork())
                            .setTraining(request.getTraining())
                            .setSigmas(result.getSigmas())
                            .setStepsPerLevel(result.getStepsPerLevel())
                            .setEpsilon(result.getEpsilon())
                            .setDenoise(result.getDenoise())
                            .setScheduleId(result.getScheduleId())
                            .build());
            RetrainingRun next = RetrainingRun.newBuilder(run).setSchedule(result).build();
            String detail =
                    "queued for training: σ₁ %.4g, %d levels"
                            .formatted(result.getSigmas().get(0), result.getSigmas().size());
            move(next, JobStage.TRAINING, detail);
        }

        private void trained(RetrainingRun run, TrainingResult result) {
            if (run.getStage() != JobStage.TRAINING
                    || ended(run, result.getStatus(), result.getReason())) {
                return;
            }
            send(
                    PublishingJob.newBuilder()
                            .setRunId(run.getRequest().getRunId())
                            .setModel(run.getRequest().getModel())
                            .setCandidates(result.getCandidates())
                            .setScheduleId(run.getSchedule().getScheduleId())
                            .setRequestedAt(run.getRequestedAt())
                            .build());
            move(run, JobStage.PUBLISHING, "%d iterations".formatted(result.getIterations()));
        }

        private void published(RetrainingRun run, PublishingResult result) {
            if (run.getStage() != JobStage.PUBLISHING
                    || ended(run, result.getStatus(), result.getReason())) {
                return;
            }
            move(run, JobStage.COMPLETED, "checkpoint " + result.getCheckpoint());
        }

        /** Whether a service gave the run up. */
        private boolean ended(RetrainingRun run, JobStatus status, String reason) {
            return switch (status) {
                case COMPLETED -> false;
                case FAILED -> {
                    move(run, JobStage.FAILED, reason);
                    yield true;
                }
                case CANCELLED -> {
                    move(run, JobStage.CANCELLED, reason);
                    yield true;
                }
            };
        }

        private void move(RetrainingRun run, JobStage stage, String detail) {
            runs.put(cause.key(), RetrainingRun.newBuilder(run).setStage(stage).build());
            state(run, stage, detail);
        }

        private void state(RetrainingRun run, JobStage stage, String detail) {
            send(
                    JobState.newBuilder()
                            .setId(cause.key())
                            .setKind(JobKind.RETRAINING)
                            .setStage(stage)
                            .setModel(RecordRules.abbreviated(run.getRequest().getModel(), 100))
                            .setDetail(RecordRules.abbreviated(detail, LONGEST_DETAIL))
                            .setRequestedAt(run.getRequestedAt())
                            .setUpdatedAt(Instant.now(clock))
                            .build());
        }

        private void send(SpecificRecord step) {
            context.forward(new Record<>(cause.key(), step, cause.timestamp(), cause.headers()));
        }
    }
}
