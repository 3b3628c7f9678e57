package io.langevin.operations.workflow;

import static io.langevin.messaging.Topics.DATASETS_STATES;
import static io.langevin.messaging.Topics.MODEL_CHECKPOINTS;
import static io.langevin.messaging.Topics.RETRAINING_POLICIES;
import static io.langevin.messaging.Topics.RETRAINING_REQUESTS;

import io.langevin.messaging.rules.PolicyRules;
import io.langevin.messaging.rules.RejectedException;
import io.langevin.operations.streams.GlobalRecords;
import io.langevin.operations.streams.InternalSerde;
import io.langevin.operations.streams.TopicStreams;
import io.langevin.records.JobState;
import io.langevin.records.RetrainingPolicy;
import io.langevin.records.RetrainingRequest;
import io.langevin.records.StandingPolicy;
import java.time.Clock;
import java.util.Optional;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.Named;
import org.apache.kafka.streams.state.Stores;

/** Standing rules: what they wait for becomes requests to retrain. */
final class PolicyTopology {
    private PolicyTopology() {}

    static void addTo(
            StreamsBuilder builder,
            TopicStreams streams,
            GlobalRecords<JobState> states,
            Clock clock)
            throws InterruptedException {
        builder.addStateStore(
                Stores.keyValueStoreBuilder(
                        Stores.persistentKeyValueStore(Policies.STORE),
                        Serdes.String(),
                        InternalSerde.of(StandingPolicy.class)));
        String datasets = "datasets-by-name";
        String checkpoints = "checkpoints-by-model";
        GlobalRecords.table(builder, streams.kafka().name(DATASETS_STATES), datasets);
        GlobalRecords.table(builder, streams.kafka().name(MODEL_CHECKPOINTS), checkpoints);
        var data = new GlobalRecords<>(datasets, streams.serde(DATASETS_STATES));
        var models = new GlobalRecords<>(checkpoints, streams.serde(MODEL_CHECKPOINTS));
        KStream<String, Optional<RetrainingPolicy>> set =
                streams.read(RETRAINING_POLICIES, PolicyTopology::broken)
                        .mapValues(Optional::of, Named.as("policy-set"));
        KStream<String, Optional<RetrainingPolicy>> ended =
                streams.deleted(RETRAINING_POLICIES)
                        .mapValues(none -> Optional.empty(), Named.as("policy-ended"));
        KStream<String, RetrainingRequest> requests =
                set.merge(ended, Named.as("policies"))
                        .process(
                                () -> new Policies(data, models, states, clock),
                                Named.as("standing-rules"),
                                Policies.STORE);
        streams.write(requests, RETRAINING_REQUESTS, "write-policy-requests");
    }

    private static Optional<String> broken(String key, RetrainingPolicy policy) {
        try {
            PolicyRules.check(policy, key);
            RetrainingPresets.applied(policy.getRequest());
            return Optional.empty();
        } catch (RejectedException e) {
            return Optional.of(e.getMessage());
        }
    }
}
