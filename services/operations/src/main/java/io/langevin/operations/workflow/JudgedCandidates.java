package io.langevin.operations.workflow;

import io.langevin.messaging.rules.RecordRules;
import io.langevin.operations.streams.GlobalRecords;
import io.langevin.records.CheckpointQuality;
import io.langevin.records.JobStage;
import io.langevin.records.JobState;
import io.langevin.records.JudgedCheckpoint;
import io.langevin.records.RetrainingRun;
import java.time.Clock;
import java.time.Instant;
import java.util.Set;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;

/** Says of each run how good the checkpoint is that was judged last, and how many have been. */
final class JudgedCandidates implements Processor<String, JudgedCheckpoint, String, JobState> {
    private static final int LONGEST_NAME = 100;
    private static final Set<JobStage> STAGES = Set.of(JobStage.TRAINING, JobStage.PUBLISHING);

    private final String store;
    private final GlobalRecords<JobState> states;
    private final Clock clock;
    private ProcessorContext<String, JobState> context;
    private KeyValueStore<String, RetrainingRun> runs;

    /**
     * @param store name of the runs' store
     * @param states of everything, by their ids
     */
    JudgedCandidates(String store, GlobalRecords<JobState> states, Clock clock) {
        this.store = store;
        this.states = states;
        this.clock = clock;
    }

    @Override
    public void init(ProcessorContext<String, JobState> processorContext) {
        context = processorContext;
        runs = processorContext.getStateStore(store);
    }

    @Override
    public void process(Record<String, JudgedCheckpoint> record) {
        RetrainingRun run = runs.get(record.key());
        if (run != null && STAGES.contains(run.getStage()) && isSaid(run)) {
            context.forward(record.withValue(state(run, record.value())));
        }
    }

    /** A run that is stalled or waits goes on being so, whatever is judged meanwhile. */
    private boolean isSaid(RetrainingRun run) {
        return states.of(run.getRequest().getRunId(), context)
                .filter(state -> state.getStage() == run.getStage())
                .isPresent();
    }

    private JobState state(RetrainingRun run, JudgedCheckpoint judged) {
        CheckpointQuality quality = judged.getQuality();
        String what =
                judged.getIteration() == null
                        ? "what the model has"
                        : judged.getIteration() + " iterations";
        String number =
                judged.getCount() == 0
                        ? "judged"
                        : "judged %d of %d".formatted(judged.getJudged(), judged.getCount());
        return RunStates.of(
                run,
                run.getStage(),
                "%s: %s, %s %.4g ± %.2g"
                        .formatted(
                                number,
                                what,
                                RecordRules.abbreviated(quality.getDistanceName(), LONGEST_NAME),
                                quality.getDistance(),
                                quality.getDistanceError()),
                Instant.now(clock));
    }
}
