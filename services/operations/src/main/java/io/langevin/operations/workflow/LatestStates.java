package io.langevin.operations.workflow;

import io.langevin.records.JobStage;
import io.langevin.records.JobState;
import java.time.Clock;
import java.time.Instant;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;

/** The latest state of each sample request, until it is long over. */
final class LatestStates implements Processor<String, JobState, String, JobState> {
    private final Clock clock;
    private final Forgetting<JobState> forgetting;
    private ProcessorContext<String, JobState> context;
    private KeyValueStore<String, JobState> states;

    LatestStates(Clock clock) {
        this.clock = clock;
        // whose outcome never came is over too: its topics have nothing of it any more
        this.forgetting =
                new Forgetting<>((state, before) -> state.getUpdatedAt().isBefore(before), clock);
    }

    @Override
    public void init(ProcessorContext<String, JobState> processorContext) {
        context = processorContext;
        states = processorContext.getStateStore(JobStateTopology.STORE);
        forgetting.start(
                context,
                states,
                Forgetting.REQUESTS_KEPT,
                id -> context.forward(new Record<>(id, null, Instant.now(clock).toEpochMilli())));
    }

    @Override
    public void process(Record<String, JobState> record) {
        JobState before = states.get(record.key());
        JobState state = before == null ? record.value() : later(before, record.value());
        states.put(record.key(), state);
        context.forward(record.withValue(state));
    }

    /** The first end stands, whichever order request and outcome are read in. */
    static JobState later(JobState first, JobState second) {
        boolean ended = first.getStage() != JobStage.WAITING;
        JobState state = ended ? first : second;
        Instant requested =
                first.getRequestedAt().isBefore(second.getRequestedAt())
                        ? first.getRequestedAt()
                        : second.getRequestedAt();
        return JobState.newBuilder(state).setRequestedAt(requested).build();
    }
}
