package io.langevin.publishing.judging;

import static io.langevin.messaging.Topics.MODEL_JUDGEMENTS;

import io.langevin.messaging.KafkaConfig;
import io.langevin.messaging.RecordWriter;
import io.langevin.messaging.Schemas;
import io.langevin.messaging.follow.WholeTopic;
import io.langevin.records.CheckpointQuality;
import io.langevin.records.JudgedCheckpoint;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.common.header.Headers;

/**
 * The topic of judgements as this service's memory: what has been measured of a run is not measured
 * again. Owned by a turn.
 */
final class JudgementLog implements AutoCloseable {
    /** A run's candidates come one after the other, and those of a few others between them. */
    private static final int RUNS_KEPT = 16;

    private final KafkaConfig kafka;
    private final Schemas schemas;
    private final RecordWriter<JudgedCheckpoint> writer;

    /** Qualities by run and checkpoint; the run that was read first is forgotten first. */
    private final Map<String, Map<String, CheckpointQuality>> runs =
            new LinkedHashMap<>() {
                private static final long serialVersionUID = 1;

                @Override
                protected boolean removeEldestEntry(
                        Map.Entry<String, Map<String, CheckpointQuality>> eldest) {
                    return size() > RUNS_KEPT;
                }
            };

    private JudgementLog(
            KafkaConfig kafka, Schemas schemas, RecordWriter<JudgedCheckpoint> writer) {
        this.kafka = kafka;
        this.schemas = schemas;
        this.writer = writer;
    }

    static JudgementLog open(KafkaConfig kafka, Schemas schemas, String writer)
            throws InterruptedException {
        return new JudgementLog(
                kafka, schemas, RecordWriter.open(kafka, schemas, MODEL_JUDGEMENTS, writer));
    }

    /** Reads anew what has been measured of a run: other processes measure, too. */
    void refresh(String runId) {
        runs.remove(runId);
    }

    /** What has been measured of a run, by checkpoint. */
    Map<String, CheckpointQuality> of(String runId) throws InterruptedException {
        Map<String, CheckpointQuality> known = runs.get(runId);
        if (known == null) {
            known = read(runId);
            runs.put(runId, known);
        }
        return known;
    }

    private Map<String, CheckpointQuality> read(String runId) throws InterruptedException {
        Map<String, CheckpointQuality> known = new ConcurrentHashMap<>();
        WholeTopic.read(
                kafka,
                schemas,
                MODEL_JUDGEMENTS,
                (record, source) -> {
                    if (record != null && runId.equals(source.key())) {
                        known.put(record.getCheckpoint(), record.getQuality());
                    }
                });
        return known;
    }

    /** Returns when the judgement is safe. */
    void write(JudgedCheckpoint judged, Headers job) throws InterruptedException {
        writer.write(judged.getRunId(), judged, job);
        of(judged.getRunId()).put(judged.getCheckpoint(), judged.getQuality());
    }

    @Override
    public void close() {
        writer.close();
    }
}
