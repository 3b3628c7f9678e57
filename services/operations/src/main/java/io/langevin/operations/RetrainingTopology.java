package io.langevin.operations;

import static io.langevin.messaging.Topics.CANCELLATIONS;
import static io.langevin.messaging.Topics.JOB_STATES;
import static io.langevin.messaging.Topics.PUBLISHING_JOBS;
import static io.langevin.messaging.Topics.PUBLISHING_RESULTS;
import static io.langevin.messaging.Topics.RETRAINING_REQUESTS;
import static io.langevin.messaging.Topics.SCHEDULE_JOBS;
import static io.langevin.messaging.Topics.SCHEDULE_RESULTS;
import static io.langevin.messaging.Topics.TRAINING_JOBS;
import static io.langevin.messaging.Topics.TRAINING_RESULTS;

import io.langevin.messaging.EventHeaders;
import io.langevin.messaging.RejectedException;
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
import io.langevin.records.TrainingResult;
import java.time.Clock;
import java.time.Instant;
import java.util.Set;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.Named;
import org.apache.kafka.streams.kstream.Repartitioned;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;

/**
 * The whole retraining workflow: request → schedule → training → publishing. Everything that moves
 * a run passes through one topic in order; a result that does not fit the stage of its run (a
 * repeat, a late one, one of another run) changes nothing.
 */
final class RetrainingTopology {
    static final String STORE = "retraining-runs";
    private static final int PARTITIONS = 12;
    private static final Set<JobStage> ENDED =
            Set.of(JobStage.COMPLETED, JobStage.FAILED, JobStage.EXPIRED, JobStage.CANCELLED);

    private RetrainingTopology() {}

    static void addTo(StreamsBuilder builder, Streams streams, Clock clock)
            throws InterruptedException {
        builder.addStateStore(
                Stores.keyValueStoreBuilder(
                        Stores.persistentKeyValueStore(STORE),
                        Serdes.String(),
                        InternalSerde.of(RetrainingRun.class)));

        KStream<String, SpecificRecord> steps =
                events(builder, streams, RETRAINING_REQUESTS)
                        .merge(events(builder, streams, SCHEDULE_RESULTS), named("with-schedules"))
                        .merge(events(builder, streams, TRAINING_RESULTS), named("with-trainings"))
                        .merge(
                                events(builder, streams, PUBLISHING_RESULTS),
                                named("with-publishings"))
                        .merge(events(builder, streams, CANCELLATIONS), named("with-cancellations"))
                        .repartition(
                                Repartitioned.with(
                                                Serdes.String(), InternalSerde.of(RunEvent.class))
                                        .withName("run-events")
                                        .withNumberOfPartitions(PARTITIONS))
                        .process(() -> new Workflow(clock), named("workflow"), STORE);

        send(steps, streams, SCHEDULE_JOBS);
        send(steps, streams, TRAINING_JOBS);
        send(steps, streams, PUBLISHING_JOBS);
        send(steps, streams, JOB_STATES);
    }

    private static <T extends SpecificRecord> KStream<String, RunEvent> events(
            StreamsBuilder builder, Streams streams, Topic<T> topic) throws InterruptedException {
        return streams.read(builder, topic)
                .filter(
                        (id, record) -> id != null && record != null,
                        named(topic.suffix() + "-keyed"))
                .mapValues(RunEvent::new, named(topic.suffix() + "-event"));
    }

    private static <T extends SpecificRecord> void send(
            KStream<String, SpecificRecord> steps, Streams streams, Topic<T> topic)
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
        private final EventHeaders headers;
        private ProcessorContext<String, SpecificRecord> context;
        private KeyValueStore<String, RetrainingRun> runs;
        private Record<String, RunEvent> cause;

        private Workflow(Clock clock) {
            this.clock = clock;
            this.headers = new EventHeaders("/langevin/" + OperationsService.NAME, clock);
        }

        @Override
        public void init(ProcessorContext<String, SpecificRecord> processorContext) {
            context = processorContext;
            runs = processorContext.getStateStore(STORE);
        }

        @Override
        public void process(Record<String, RunEvent> record) {
            cause = record;
            Object event = record.value().getEvent();
            RetrainingRun run = runs.get(record.key());
            if (event instanceof RetrainingRequest request) {
                if (run == null) {
                    asked(record.key(), request);
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
                String reason = cancellation.getReason();
                move(run, JobStage.CANCELLED, reason.isEmpty() ? "cancelled" : reason);
            }
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
                move(run, JobStage.FAILED, e.getMessage());
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
                    "σ₁ %.4g, %d levels"
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
            send(
                    JobState.newBuilder()
                            .setId(cause.key())
                            .setKind(JobKind.RETRAINING)
                            .setStage(stage)
                            .setModel(run.getRequest().getModel())
                            .setDetail(detail)
                            .setRequestedAt(run.getRequestedAt())
                            .setUpdatedAt(Instant.now(clock))
                            .build());
        }

        private void send(SpecificRecord step) {
            context.forward(
                    new Record<>(
                            cause.key(),
                            step,
                            cause.timestamp(),
                            headers.of(step, cause.headers())));
        }
    }
}
