package io.langevin.operations.workflow;

import io.langevin.messaging.rules.CronTimes;
import io.langevin.messaging.rules.JobStages;
import io.langevin.operations.streams.GlobalRecords;
import io.langevin.records.DatasetState;
import io.langevin.records.JobState;
import io.langevin.records.PublishedCheckpoint;
import io.langevin.records.RetrainingPolicy;
import io.langevin.records.RetrainingRequest;
import io.langevin.records.StandingPolicy;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.Cancellable;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * Keeps the standing rules, looks at their conditions once a second, and asks for the runs that are
 * due. A rule and the request that it leads to commit together.
 */
final class Policies
        implements Processor<String, Optional<RetrainingPolicy>, String, RetrainingRequest> {
    /** Name of the store of rules. */
    static final String STORE = "standing-policies";

    private static final Duration EVERY = Duration.ofSeconds(1);

    /** A run of which nothing is known for so long will not hold its rule up. */
    private static final Duration FORGOTTEN = Duration.ofDays(1);

    private static final String TOPIC = "topic:";

    private final GlobalRecords<DatasetState> datasets;
    private final GlobalRecords<PublishedCheckpoint> checkpoints;
    private final GlobalRecords<JobState> states;
    private final Set<String> standing;
    private final Clock clock;
    private final Map<String, CronTimes> times = new HashMap<>();
    private ProcessorContext<String, RetrainingRequest> context;
    private KeyValueStore<String, StandingPolicy> policies;
    private Optional<Cancellable> punctuation = Optional.empty();

    /**
     * @param standing names of the rules that stand here, which this keeps
     */
    Policies(
            GlobalRecords<DatasetState> datasets,
            GlobalRecords<PublishedCheckpoint> checkpoints,
            GlobalRecords<JobState> states,
            Set<String> standing,
            Clock clock) {
        this.datasets = datasets;
        this.checkpoints = checkpoints;
        this.states = states;
        this.standing = standing;
        this.clock = clock;
    }

    @Override
    public void init(ProcessorContext<String, RetrainingRequest> processorContext) {
        context = processorContext;
        policies = processorContext.getStateStore(STORE);
        try (KeyValueIterator<String, StandingPolicy> stored = policies.all()) {
            stored.forEachRemaining(entry -> standing.add(entry.key));
        }
        punctuation.ifPresent(Cancellable::cancel);
        punctuation =
                Optional.of(
                        context.schedule(EVERY, PunctuationType.WALL_CLOCK_TIME, now -> look()));
    }

    @Override
    public void process(Record<String, Optional<RetrainingPolicy>> record) {
        String id = record.key();
        if (record.value().isEmpty()) {
            policies.delete(id);
            standing.remove(id);
            return;
        }
        RetrainingPolicy policy = record.value().get();
        StandingPolicy before = policies.get(id);
        Instant now = Instant.now(clock);
        PolicyConditions conditions = conditions(policy);
        policies.put(
                id,
                before == null
                        ? conditions.begun(policy, now)
                        : conditions.replaced(before, policy, now));
        standing.add(id);
    }

    private void look() {
        List<KeyValue<String, StandingPolicy>> all = new ArrayList<>();
        try (KeyValueIterator<String, StandingPolicy> stored = policies.all()) {
            stored.forEachRemaining(all::add);
        }
        Instant now = Instant.now(clock);
        for (KeyValue<String, StandingPolicy> entry : all) {
            look(entry.key, entry.value, now);
        }
        if (context.taskId().partition() == 0) { // the one that has rules
            // some may have been ended while another process had them
            standing.retainAll(all.stream().map(entry -> entry.key).toList());
        }
        times.keySet()
                .retainAll(all.stream().map(entry -> entry.value.getPolicy().getCron()).toList());
    }

    private void look(String id, StandingPolicy before, Instant now) {
        RetrainingPolicy policy = before.getPolicy();
        if (isUnreadableYet(before)) {
            return;
        }
        PolicyConditions conditions = conditions(policy);
        StandingPolicy standing = conditions.withFirstDistances(withEnd(before, now));
        Optional<CronTimes> cron =
                Optional.ofNullable(policy.getCron())
                        .map(line -> times.computeIfAbsent(line, CronTimes::parse));
        Optional<String> cause = conditions.cause(standing, cron, now);
        if (cause.isPresent()) {
            String run = UUID.randomUUID().toString();
            standing = conditions.asked(standing, run, now);
            context.forward(
                    new Record<>(
                            run,
                            PolicyConditions.request(policy, run, cause.get()),
                            now.toEpochMilli()));
        }
        if (!standing.equals(before)) {
            policies.put(id, standing);
        }
    }

    /** What is there and cannot be read yet must not be taken for what is not there. */
    private boolean isUnreadableYet(StandingPolicy policy) {
        RetrainingRequest request = policy.getPolicy().getRequest();
        return checkpoints.isUnreadableYet(request.getModel(), context)
                || topic(request)
                        .filter(name -> datasets.isUnreadableYet(name, context))
                        .isPresent()
                || policy.getLastRun() != null
                        && states.isUnreadableYet(policy.getLastRun(), context);
    }

    private static Optional<String> topic(RetrainingRequest request) {
        String dataset = request.getDataset();
        return dataset.startsWith(TOPIC)
                ? Optional.of(dataset.substring(TOPIC.length()))
                : Optional.empty();
    }

    /** Notes that the last run has ended. */
    private StandingPolicy withEnd(StandingPolicy standing, Instant now) {
        if (standing.getLastEnded()) {
            return standing;
        }
        boolean ended =
                states.of(standing.getLastRun(), context)
                        .map(state -> JobStages.isEnd(state.getStage()))
                        .orElse(standing.getLastBegunAt().plus(FORGOTTEN).isBefore(now));
        return StandingPolicy.newBuilder(standing).setLastEnded(ended).build();
    }

    private PolicyConditions conditions(RetrainingPolicy policy) {
        return new PolicyConditions(
                topic(policy.getRequest()).flatMap(name -> datasets.of(name, context)),
                checkpoints.of(policy.getRequest().getModel(), context));
    }
}
