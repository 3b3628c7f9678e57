package io.langevin.operations.workflow;

import io.langevin.messaging.rules.JobStages;
import io.langevin.messaging.rules.RecordRules;
import io.langevin.operations.streams.GlobalRecords;
import io.langevin.process.Inert;
import io.langevin.records.Cancellation;
import io.langevin.records.JobKind;
import io.langevin.records.JobState;
import io.langevin.records.RetrainingRequest;
import io.langevin.records.RetrainingRun;
import io.langevin.records.RunEvent;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One run at a time, in the order of its events; what it does is in {@link RunRules}. */
final class Workflow implements Processor<String, RunEvent, String, SpecificRecord> {
    private static final Logger LOG = LoggerFactory.getLogger(Workflow.class);

    private final GlobalRecords<JobState> states;
    private final Clock clock;
    private final Forgetting<RetrainingRun> forgetting;
    private ProcessorContext<String, SpecificRecord> context;
    private KeyValueStore<String, RetrainingRun> runs;

    /**
     * @param states of everything, by their ids
     */
    Workflow(GlobalRecords<JobState> states, Clock clock) {
        this.states = states;
        this.clock = clock;
        this.forgetting = new Forgetting<>(this::isOver, clock);
    }

    @Override
    public void init(ProcessorContext<String, SpecificRecord> processorContext) {
        context = processorContext;
        runs = processorContext.getStateStore(RetrainingTopology.STORE);
        forgetting.start(context, runs, Forgetting.RUNS_KEPT, this::forget);
    }

    /** Whatever an event brings to light ends its run, and the next event is served. */
    @Override
    public void process(Record<String, RunEvent> record) {
        String id = record.key();
        RetrainingRun run = runs.get(id);
        Instant at = Instant.ofEpochMilli(record.timestamp());
        RunRules.Step step;
        try {
            step =
                    RunRules.of(
                            id,
                            run,
                            record.value(),
                            () -> others(id, record.value()),
                            at,
                            Instant.now(clock));
        } catch (RuntimeException | StackOverflowError e) {
            LOG.atError().addKeyValue("id", Inert.text(id)).setCause(e).log("a run failed");
            step = RunRules.defect(id, run, e, at, Instant.now(clock));
        }
        step.run().ifPresent(next -> runs.put(id, next));
        step.sent().forEach(sent -> forward(record, sent));
    }

    /** A run that is long over: its last state says since when. */
    private boolean isOver(RetrainingRun run, Instant before) {
        return RunRules.isEnded(run)
                && states.of(run.getRequest().getRunId(), context)
                        .map(JobState::getUpdatedAt)
                        .orElse(run.getRequestedAt())
                        .isBefore(before);
    }

    private void forget(String id) {
        context.forward(new Record<>(id, null, Instant.now(clock).toEpochMilli()));
    }

    /** Everything is about this run but the end of another one. */
    private void forward(Record<String, RunEvent> record, SpecificRecord sent) {
        String key = sent instanceof Cancellation other ? other.getId() : record.key();
        context.forward(record.withKey(key).withValue(sent));
    }

    /** Runs of the same model that are under way. */
    private List<String> others(String id, RunEvent event) {
        String model = ((RetrainingRequest) event.getEvent()).getModel();
        List<String> found = new ArrayList<>();
        states.forEach(
                context,
                (key, state) -> {
                    if (RecordRules.isId(key)
                            && key.equals(state.getId())
                            && state.getKind() == JobKind.RETRAINING
                            && state.getModel().equals(model)
                            && !key.equals(id)
                            && !JobStages.isEnd(state.getStage())) {
                        found.add(key);
                    }
                });
        return found;
    }
}
