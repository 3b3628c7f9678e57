package io.langevin.operations.workflow;

import io.langevin.records.JobKind;
import io.langevin.records.JobStage;
import io.langevin.records.JobState;
import io.langevin.records.RetrainingRun;
import io.langevin.records.TrainingProgress;
import java.time.Clock;
import java.time.Instant;
import java.util.HashSet;
import java.util.Set;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * Says of each run that its training has begun, when its first progress comes; once more after a
 * restart.
 */
final class BegunTrainings implements Processor<String, TrainingProgress, String, JobState> {
    private final String store;
    private final Clock clock;
    private final Set<String> said = new HashSet<>();
    private ProcessorContext<String, JobState> context;
    private KeyValueStore<String, RetrainingRun> runs;

    /**
     * @param store name of the runs' store
     */
    BegunTrainings(String store, Clock clock) {
        this.store = store;
        this.clock = clock;
    }

    @Override
    public void init(ProcessorContext<String, JobState> processorContext) {
        context = processorContext;
        runs = processorContext.getStateStore(store);
    }

    @Override
    public void process(Record<String, TrainingProgress> record) {
        RetrainingRun run = runs.get(record.key());
        if (run == null || run.getStage() != JobStage.TRAINING) {
            said.remove(record.key());
            return;
        }
        if (said.add(record.key())) {
            context.forward(record.withValue(state(run)));
        }
    }

    private JobState state(RetrainingRun run) {
        String id = run.getRequest().getRunId();
        int levels = run.getSchedule() == null ? 0 : run.getSchedule().getSigmas().size();
        return JobState.newBuilder()
                .setId(id)
                .setKind(JobKind.RETRAINING)
                .setStage(JobStage.TRAINING)
                .setModel(run.getRequest().getModel())
                .setDetail("in training, %d levels".formatted(levels))
                .setRequestedAt(run.getRequestedAt())
                .setPolicy(run.getRequest().getPolicy())
                .setUpdatedAt(Instant.now(clock))
                .build();
    }
}
