package io.langevin.operations.workflow;

import io.langevin.records.JobStage;
import io.langevin.records.JobState;
import io.langevin.records.RetrainingRun;
import io.langevin.records.TrainingProgress;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.streams.processor.Cancellable;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * Says of each run that its training has begun, when its first progress comes, and that it has
 * stalled, when none has come for long. What was said is said once more after a restart.
 */
final class BegunTrainings implements Processor<String, TrainingProgress, String, JobState> {
    /** A worker reports every second; what takes it longest is reading the data. */
    static final Duration SILENT = Duration.ofMinutes(2);

    private static final Duration EVERY = Duration.ofSeconds(10);

    private final String store;
    private final Clock clock;
    private final Map<String, Heard> heard = new HashMap<>();
    private ProcessorContext<String, JobState> context;
    private KeyValueStore<String, RetrainingRun> runs;
    private Optional<Cancellable> punctuation = Optional.empty();

    /** When the last progress of a run came, and whether it was said that none comes. */
    private record Heard(Instant last, boolean stalled) {}

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
        heard.clear();
        punctuation.ifPresent(Cancellable::cancel);
        punctuation =
                Optional.of(
                        context.schedule(EVERY, PunctuationType.WALL_CLOCK_TIME, time -> listen()));
    }

    @Override
    public void process(Record<String, TrainingProgress> record) {
        RetrainingRun run = runs.get(record.key());
        if (!isTrained(run)) {
            heard.remove(record.key());
            return;
        }
        Heard before = heard.put(record.key(), new Heard(Instant.now(clock), false));
        if (before == null || before.stalled()) {
            int levels = run.getSchedule() == null ? 0 : run.getSchedule().getSigmas().size();
            say(run, JobStage.TRAINING, "in training, %d levels".formatted(levels));
        }
    }

    private static boolean isTrained(RetrainingRun run) {
        return run != null && !run.getPaused() && run.getStage() == JobStage.TRAINING;
    }

    private void listen() {
        Instant silent = Instant.now(clock).minus(SILENT);
        heard.keySet().removeIf(id -> !isTrained(runs.get(id)));
        heard.replaceAll(
                (id, last) -> {
                    if (last.stalled() || last.last().isAfter(silent)) {
                        return last;
                    }
                    say(
                            runs.get(id),
                            JobStage.STALLED,
                            "no sign of life since %s: a worker that is there goes on from the last snapshot"
                                    .formatted(last.last()));
                    return new Heard(last.last(), true);
                });
    }

    private void say(RetrainingRun run, JobStage stage, String detail) {
        Instant now = Instant.now(clock);
        JobState state = RunStates.of(run, stage, detail, now);
        context.forward(new Record<>(state.getId(), state, now.toEpochMilli()));
    }
}
