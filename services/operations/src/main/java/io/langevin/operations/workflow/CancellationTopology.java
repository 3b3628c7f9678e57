package io.langevin.operations.workflow;

import static io.langevin.messaging.Topics.CANCELLATIONS;
import static io.langevin.messaging.Topics.CANCELLATION_OUTCOMES;
import static io.langevin.messaging.Topics.JOB_STATES;

import io.langevin.messaging.AvroSerde;
import io.langevin.messaging.UnreadableRecordException;
import io.langevin.messaging.rules.JobStages;
import io.langevin.operations.streams.KeyRules;
import io.langevin.operations.streams.RecordRule;
import io.langevin.operations.streams.TopicStreams;
import io.langevin.records.Cancellation;
import io.langevin.records.CancellationOutcome;
import io.langevin.records.CancellationStatus;
import io.langevin.records.JobState;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.Instant;
import java.util.Locale;
import org.apache.kafka.streams.kstream.GlobalKTable;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.Named;

/**
 * Answers every cancellation by the state of what it names. The services act on the cancellation
 * itself; a request that was asked for less than about 200 ms ago may not be known here yet.
 */
final class CancellationTopology {
    /** What is to stop is named by the key too: everything about it has that key. */
    static final RecordRule<Cancellation> RULE = KeyRules.keyIs("id", Cancellation::getId);

    private CancellationTopology() {}

    /**
     * @param states of everything, by their ids
     */
    static void addTo(TopicStreams streams, GlobalKTable<String, byte[]> states, Clock clock)
            throws InterruptedException {
        AvroSerde<JobState> serde = streams.serde(JOB_STATES);
        KStream<String, CancellationOutcome> answers =
                streams.read(CANCELLATIONS, RULE)
                        .leftJoin(
                                states,
                                (id, cancellation) -> cancellation.getId(),
                                (cancellation, state) -> answer(cancellation, state, serde, clock),
                                Named.as("answered"));
        streams.write(answers, CANCELLATION_OUTCOMES, "write-cancellation-outcomes");
    }

    /**
     * States are read when they are asked for, so that one that cannot be read, or that needs a
     * registry that is away, holds up no other.
     *
     * @param bytes the state; null where nothing of that id is known
     */
    private static CancellationOutcome answer(
            Cancellation cancellation, byte[] bytes, AvroSerde<JobState> serde, Clock clock) {
        CancellationOutcome.Builder answer =
                CancellationOutcome.newBuilder()
                        .setId(cancellation.getId())
                        .setAnsweredAt(Instant.now(clock));
        if (bytes == null) {
            return answer.setStatus(CancellationStatus.UNKNOWN)
                    .setDetail("no request or run has this id; should one come, it ends at once")
                    .build();
        }
        JobState state;
        try {
            if (!serde.isReadableSoon(bytes)) {
                return answer.setStatus(CancellationStatus.UNKNOWN)
                        .setDetail("its state cannot be read while the schema registry is away")
                        .build();
            }
            state = serde.decode(bytes);
        } catch (UnreadableRecordException | UncheckedIOException e) {
            return answer.setStatus(CancellationStatus.UNKNOWN)
                    .setDetail("its state cannot be read: " + e.getMessage())
                    .build();
        }
        String stage = state.getStage().name().toLowerCase(Locale.ROOT);
        if (JobStages.isEnd(state.getStage())) {
            return answer.setStatus(CancellationStatus.ENDED)
                    .setDetail("%s before: %s".formatted(stage, state.getDetail()))
                    .build();
        }
        return answer.setStatus(CancellationStatus.ACCEPTED).setDetail("was " + stage).build();
    }
}
