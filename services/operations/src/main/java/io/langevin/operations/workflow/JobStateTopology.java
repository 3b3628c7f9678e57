package io.langevin.operations.workflow;

import static io.langevin.messaging.Topics.JOB_STATES;
import static io.langevin.messaging.Topics.SAMPLING_OUTCOMES;
import static io.langevin.messaging.Topics.SAMPLING_REQUESTS;

import io.langevin.messaging.rules.RecordRules;
import io.langevin.operations.streams.KeyRules;
import io.langevin.operations.streams.TopicStreams;
import io.langevin.records.JobKind;
import io.langevin.records.JobStage;
import io.langevin.records.JobState;
import io.langevin.records.SampleOutcome;
import io.langevin.records.SampleRequest;
import java.time.Clock;
import java.time.Instant;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.Named;
import org.apache.kafka.streams.kstream.Repartitioned;
import org.apache.kafka.streams.processor.api.ContextualFixedKeyProcessor;
import org.apache.kafka.streams.processor.api.FixedKeyRecord;
import org.apache.kafka.streams.state.Stores;

/** Folds every sample request and every outcome into the latest state of that request. */
final class JobStateTopology {
    static final String STORE = "sampling-states";

    private static final int LONGEST_DETAIL = 4_000;

    private JobStateTopology() {}

    static void addTo(StreamsBuilder builder, TopicStreams streams, Clock clock)
            throws InterruptedException {
        KStream<String, JobState> asked =
                streams.overhear(
                                SAMPLING_REQUESTS,
                                KeyRules.keyIs("requestId", SampleRequest::getRequestId))
                        .processValues(Asked::new, Named.as("asked"));
        KStream<String, JobState> ended =
                streams.read(SAMPLING_OUTCOMES, KeyRules.shortOrNone())
                        .filter((id, outcome) -> id != null, Named.as("with-id"))
                        .mapValues((id, outcome) -> ended(id, outcome), Named.as("ended"));
        builder.addStateStore(
                Stores.keyValueStoreBuilder(
                        Stores.persistentKeyValueStore(STORE),
                        Serdes.String(),
                        streams.serde(JOB_STATES)));
        KStream<String, JobState> latest =
                asked.merge(ended, Named.as("events"))
                        // clients spread keys in different ways: what belongs together meets here
                        .repartition(
                                Repartitioned.with(Serdes.String(), streams.serde(JOB_STATES))
                                        .withName("by-id")
                                        .withNumberOfPartitions(JOB_STATES.partitions()))
                        .process(() -> new LatestStates(clock), Named.as("latest"), STORE);
        streams.write(latest, JOB_STATES, "write-sampling-states");
    }

    /** A request says nothing of when it came: its record's timestamp does. */
    private static final class Asked
            extends ContextualFixedKeyProcessor<String, SampleRequest, JobState> {
        @Override
        public void process(FixedKeyRecord<String, SampleRequest> record) {
            Instant at = Instant.ofEpochMilli(record.timestamp());
            context()
                    .forward(
                            record.withValue(
                                    JobState.newBuilder()
                                            .setId(record.value().getRequestId())
                                            .setKind(JobKind.SAMPLING)
                                            .setStage(JobStage.WAITING)
                                            .setModel(
                                                    RecordRules.abbreviated(
                                                            record.value().getModel(),
                                                            KeyRules.LONGEST_ID))
                                            .setDetail(images(record.value().getCount()))
                                            .setRequestedAt(at)
                                            .setUpdatedAt(at)
                                            .build()));
        }
    }

    private static JobState ended(String id, SampleOutcome outcome) {
        JobStage stage =
                switch (outcome.getStatus()) {
                    case COMPLETED -> JobStage.COMPLETED;
                    case FAILED -> JobStage.FAILED;
                    case EXPIRED -> JobStage.EXPIRED;
                    case CANCELLED -> JobStage.CANCELLED;
                };
        String detail =
                outcome.getReason().isEmpty() ? images(outcome.getImages()) : outcome.getReason();
        return JobState.newBuilder()
                .setId(id)
                .setKind(JobKind.SAMPLING)
                .setStage(stage)
                .setModel(RecordRules.abbreviated(outcome.getModel(), KeyRules.LONGEST_ID))
                .setDetail(RecordRules.abbreviated(detail, LONGEST_DETAIL))
                .setRequestedAt(outcome.getEndedAt())
                .setUpdatedAt(outcome.getEndedAt())
                .build();
    }

    private static String images(int count) {
        return count == 1 ? "1 image" : count + " images";
    }
}
