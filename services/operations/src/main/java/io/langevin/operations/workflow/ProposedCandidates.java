package io.langevin.operations.workflow;

import io.langevin.records.JobStage;
import io.langevin.records.JudgingJob;
import io.langevin.records.RetrainingRun;
import io.langevin.records.TrainingProgress;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * Asks for each checkpoint that a training proposes to be judged while the training goes on. Those
 * of its end are judged when the run is published.
 */
final class ProposedCandidates implements Processor<String, TrainingProgress, String, JudgingJob> {
    private final String store;
    private ProcessorContext<String, JudgingJob> context;
    private KeyValueStore<String, RetrainingRun> runs;

    /**
     * @param store name of the runs' store
     */
    ProposedCandidates(String store) {
        this.store = store;
    }

    @Override
    public void init(ProcessorContext<String, JudgingJob> processorContext) {
        context = processorContext;
        runs = processorContext.getStateStore(store);
    }

    @Override
    public void process(Record<String, TrainingProgress> record) {
        RetrainingRun run = runs.get(record.key());
        if (record.value().getCandidate() != null
                && run != null
                && run.getStage() == JobStage.TRAINING
                && run.getSchedule() != null) {
            context.forward(record.withValue(RunJobs.judging(run, record.value().getCandidate())));
        }
    }
}
