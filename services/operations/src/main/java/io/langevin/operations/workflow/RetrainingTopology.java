package io.langevin.operations.workflow;

import static io.langevin.messaging.Topics.CANCELLATIONS;
import static io.langevin.messaging.Topics.JOB_STATES;
import static io.langevin.messaging.Topics.JUDGING_JOBS;
import static io.langevin.messaging.Topics.MODEL_JUDGEMENTS;
import static io.langevin.messaging.Topics.PUBLISHING_JOBS;
import static io.langevin.messaging.Topics.PUBLISHING_RESULTS;
import static io.langevin.messaging.Topics.RETRAINING_REQUESTS;
import static io.langevin.messaging.Topics.RUN_ORDERS;
import static io.langevin.messaging.Topics.SCHEDULE_JOBS;
import static io.langevin.messaging.Topics.SCHEDULE_RESULTS;
import static io.langevin.messaging.Topics.TRAINING_JOBS;
import static io.langevin.messaging.Topics.TRAINING_PROGRESS;
import static io.langevin.messaging.Topics.TRAINING_RESULTS;

import io.langevin.messaging.Topic;
import io.langevin.messaging.rules.RecordRules;
import io.langevin.messaging.rules.RejectedException;
import io.langevin.operations.streams.GlobalRecords;
import io.langevin.operations.streams.InternalSerde;
import io.langevin.operations.streams.KeyRules;
import io.langevin.operations.streams.TopicStreams;
import io.langevin.records.JobState;
import io.langevin.records.JudgedCheckpoint;
import io.langevin.records.PublishingResult;
import io.langevin.records.RetrainingRequest;
import io.langevin.records.RetrainingRun;
import io.langevin.records.RunEvent;
import io.langevin.records.RunOrder;
import io.langevin.records.ScheduleResult;
import io.langevin.records.TrainingProgress;
import io.langevin.records.TrainingResult;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.Named;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.kstream.Repartitioned;
import org.apache.kafka.streams.state.Stores;

/**
 * The whole retraining workflow: request → schedule → training → publishing. Everything that moves
 * a run passes through one topic in order; {@link RunRules} says what comes of it.
 */
final class RetrainingTopology {
    static final String STORE = "retraining-runs";
    private static final int PARTITIONS = 12;

    private RetrainingTopology() {}

    /**
     * @param states of everything, by their ids
     * @param lineage topic of OpenLineage events; empty: there are none
     */
    static void addTo(
            StreamsBuilder builder,
            TopicStreams streams,
            GlobalRecords<JobState> states,
            Optional<String> lineage,
            Clock clock)
            throws InterruptedException {
        builder.addStateStore(
                Stores.keyValueStoreBuilder(
                        Stores.persistentKeyValueStore(STORE),
                        Serdes.String(),
                        InternalSerde.of(RetrainingRun.class)));
        KStream<String, SpecificRecord> steps =
                events(streams)
                        .repartition(
                                Repartitioned.with(
                                                Serdes.String(), InternalSerde.of(RunEvent.class))
                                        .withName("run-events")
                                        .withNumberOfPartitions(PARTITIONS))
                        .process(() -> new Workflow(states, clock), named("workflow"), STORE);
        KStream<String, TrainingProgress> progress =
                streams.overhear(
                        TRAINING_PROGRESS, KeyRules.keyIs("runId", TrainingProgress::getRunId));
        // a run waits in a queue before its training begins: the first progress tells
        streams.write(
                progress.process(() -> new BegunTrainings(STORE, clock), named("begun"), STORE),
                JOB_STATES,
                "write-begun");
        streams.write(
                progress.process(() -> new ProposedCandidates(STORE), named("proposed"), STORE),
                JUDGING_JOBS,
                "write-proposed");
        streams.write(judged(streams, states, clock), JOB_STATES, "write-judged");
        send(steps, streams, SCHEDULE_JOBS);
        send(steps, streams, TRAINING_JOBS);
        send(steps, streams, PUBLISHING_JOBS);
        send(steps, streams, JOB_STATES);
        send(steps, streams, CANCELLATIONS);
        send(steps, streams, RUN_ORDERS);
        KStream<String, JobState> forgotten =
                steps.filter((id, step) -> step == null, named("is-forgotten"))
                        .mapValues(JobState.class::cast, named("as-forgotten"));
        streams.write(forgotten, JOB_STATES, "write-forgotten");
        lineage.ifPresent(
                topic ->
                        steps.processValues(LineageEvents::new, named("lineage"), STORE)
                                .to(
                                        topic,
                                        Produced.with(Serdes.String(), Serdes.String())
                                                .withName("write-lineage")));
    }

    /** Everything that moves a run. */
    private static KStream<String, RunEvent> events(TopicStreams streams)
            throws InterruptedException {
        return requests(streams)
                .merge(refusals(streams), named("with-refusals"))
                .merge(
                        events(
                                streams,
                                SCHEDULE_RESULTS,
                                ScheduleResult::getRunId,
                                ResultRules::checked),
                        named("with-schedules"))
                .merge(
                        events(
                                streams,
                                TRAINING_RESULTS,
                                TrainingResult::getRunId,
                                ResultRules::checked),
                        named("with-trainings"))
                .merge(
                        events(
                                streams,
                                PUBLISHING_RESULTS,
                                PublishingResult::getRunId,
                                UnaryOperator.identity()),
                        named("with-publishings"))
                .merge(cancellations(streams), named("with-cancellations"))
                .merge(
                        events(streams, RUN_ORDERS, RunOrder::getRunId, UnaryOperator.identity()),
                        named("with-orders"));
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
                                return List.of(KeyValue.pair(key, asked(id, request)));
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

    /** Labels are the one part of a request that may be of any size: they are judged first. */
    private static RunEvent asked(String id, RetrainingRequest request) {
        try {
            RecordRules.requireLabels(request.getLabels());
            return new RunEvent(request, null);
        } catch (RejectedException e) {
            return refused(id, e.getMessage());
        }
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

    private static KStream<String, JobState> judged(
            TopicStreams streams, GlobalRecords<JobState> states, Clock clock)
            throws InterruptedException {
        return streams.overhear(
                        MODEL_JUDGEMENTS, KeyRules.keyIs("runId", JudgedCheckpoint::getRunId))
                .process(() -> new JudgedCandidates(STORE, states, clock), named("judged"), STORE);
    }

    private static <T extends SpecificRecord> KStream<String, RunEvent> events(
            TopicStreams streams,
            Topic<T> topic,
            Function<T, String> runId,
            UnaryOperator<T> checked)
            throws InterruptedException {
        return streams.read(topic, KeyRules.keyIs("runId", runId))
                .mapValues(
                        record -> new RunEvent(checked.apply(record), null),
                        named(topic.suffix() + "-event"));
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
}
