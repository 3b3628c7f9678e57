package io.langevin.operations.workflow;

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
        if (run == null || run.getPaused() || run.getStage() != JobStage.TRAINING) {
            said.remove(record.key());
            return;
        }
        if (said.add(record.key())) {
            context.forward(record.withValue(state(run)));
        }
    }

    private JobState state(RetrainingRun run) {
        int levels = run.getSchedule() == null ? 0 : run.getSchedule().getSigmas().size();
        return RunStates.of(
                run,
                JobStage.TRAINING,
                "in training, %d levels".formatted(levels),
                Instant.now(clock));
    }
}
