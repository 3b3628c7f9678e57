package io.langevin.operations.workflow;

import io.langevin.messaging.rules.RecordRules;
import io.langevin.records.CheckpointQuality;
import io.langevin.records.JobStage;
import io.langevin.records.JobState;
import io.langevin.records.JudgedCheckpoint;
import io.langevin.records.RetrainingRun;
import java.time.Clock;
import java.time.Instant;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;

/** Says of each run that is being judged how many of its checkpoints have been. */
final class JudgedCandidates implements Processor<String, JudgedCheckpoint, String, JobState> {
    private static final int LONGEST_NAME = 100;

    private final String store;
    private final Clock clock;
    private ProcessorContext<String, JobState> context;
    private KeyValueStore<String, RetrainingRun> runs;

    /**
     * @param store name of the runs' store
     */
    JudgedCandidates(String store, Clock clock) {
        this.store = store;
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
        if (run != null && run.getStage() == JobStage.PUBLISHING) {
            context.forward(record.withValue(state(run, record.value())));
        }
    }

    private JobState state(RetrainingRun run, JudgedCheckpoint judged) {
        CheckpointQuality quality = judged.getQuality();
        String what =
                judged.getIteration() == null
                        ? "what the model has"
                        : judged.getIteration() + " iterations";
        return RunStates.of(
                run,
                JobStage.PUBLISHING,
                "judged %d of %d: %s, %s %.4g ± %.2g"
                        .formatted(
                                judged.getJudged(),
                                judged.getCount(),
                                what,
                                RecordRules.abbreviated(quality.getDistanceName(), LONGEST_NAME),
                                quality.getDistance(),
                                quality.getDistanceError()),
                Instant.now(clock));
    }
}
