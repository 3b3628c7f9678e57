package io.langevin.operations.workflow;

import static io.langevin.messaging.Topics.DATASETS_STATES;
import static io.langevin.messaging.Topics.MODEL_CHECKPOINTS;
import static io.langevin.messaging.Topics.RETRAINING_POLICIES;
import static io.langevin.messaging.Topics.RETRAINING_REQUESTS;
import static io.langevin.messaging.rules.RecordRules.require;

import io.langevin.messaging.rules.PolicyRules;
import io.langevin.messaging.rules.RejectedException;
import io.langevin.messaging.rules.RetrainingRules;
import io.langevin.operations.streams.GlobalRecords;
import io.langevin.operations.streams.InternalSerde;
import io.langevin.operations.streams.TopicStreams;
import io.langevin.records.JobState;
import io.langevin.records.RetrainingPolicy;
import io.langevin.records.RetrainingRequest;
import io.langevin.records.StandingPolicy;
import java.time.Clock;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.Named;
import org.apache.kafka.streams.state.Stores;

/** Standing rules: what they wait for becomes requests to retrain. */
final class PolicyTopology {
    private static final int MOST_POLICIES = 1_000;

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
        Set<String> standing = ConcurrentHashMap.newKeySet();
        KStream<String, Optional<RetrainingPolicy>> set =
                streams.read(RETRAINING_POLICIES, (id, policy) -> broken(id, policy, standing))
                        .mapValues(Optional::of, Named.as("policy-set"));
        KStream<String, Optional<RetrainingPolicy>> ended =
                streams.deleted(RETRAINING_POLICIES)
                        .mapValues(none -> Optional.empty(), Named.as("policy-ended"));
        KStream<String, RetrainingRequest> requests =
                set.merge(ended, Named.as("policies"))
                        .process(
                                () -> new Policies(data, models, states, standing, clock),
                                Named.as("standing-rules"),
                                Policies.STORE);
        streams.write(requests, RETRAINING_REQUESTS, "write-policy-requests");
    }

    /**
     * @param standing names of the rules that stand
     */
    private static Optional<String> broken(
            String key, RetrainingPolicy policy, Set<String> standing) {
        try {
            PolicyRules.check(policy, key);
            require(
                    standing.size() < MOST_POLICIES || standing.contains(key),
                    "policyId",
                    "be one of at most %d rules".formatted(MOST_POLICIES),
                    "'" + key + "' too");
            // a preset may fill in what a run would be refused for
            String run = UUID.randomUUID().toString();
            RetrainingRequest filled =
                    RetrainingPresets.applied(
                            RetrainingRequest.newBuilder(policy.getRequest())
                                    .setRunId(run)
                                    .build());
            RetrainingRules.check(filled, run);
            return Optional.empty();
        } catch (RejectedException e) {
            return Optional.of(e.getMessage());
        }
    }
}
