package io.langevin.training;

import static io.langevin.messaging.Topics.TRAINING_PROGRESS;

import io.langevin.artifacts.ArtifactId;
import io.langevin.messaging.KafkaConfig;
import io.langevin.messaging.RecordWriter;
import io.langevin.messaging.Schemas;
import io.langevin.messaging.follow.WholeTopic;
import io.langevin.records.TrainingProgress;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.common.header.Headers;

/**
 * The topic of progress as this service's memory: what it writes there for all to see is also how
 * it finds the last snapshot of a run that another worker began.
 */
final class ProgressLog implements AutoCloseable {
    /** One that is damaged must not cost the whole training. */
    static final int SNAPSHOTS_KEPT = 2;

    private final KafkaConfig kafka;
    private final Schemas schemas;
    private final RecordWriter<TrainingProgress> writer;
    private final AtomicReference<Double> loss;
    private final AtomicReference<Double> imagesPerSecond;

    private ProgressLog(
            KafkaConfig kafka,
            Schemas schemas,
            RecordWriter<TrainingProgress> writer,
            MeterRegistry metrics) {
        this.kafka = kafka;
        this.schemas = schemas;
        this.writer = writer;
        this.loss = new AtomicReference<>(Double.NaN);
        this.imagesPerSecond = new AtomicReference<>(0.0);
        metrics.gauge("langevin.training.loss", loss, AtomicReference::get);
        metrics.gauge("langevin.training.images.per.second", imagesPerSecond, AtomicReference::get);
    }

    static ProgressLog open(KafkaConfig kafka, Schemas schemas, MeterRegistry metrics)
            throws InterruptedException {
        return new ProgressLog(
                kafka,
                schemas,
                RecordWriter.open(kafka, schemas, TRAINING_PROGRESS, TrainingConfig.NAME),
                metrics);
    }

    /** Returns when the progress is safe. */
    void write(TrainingProgress progress, Headers job) throws InterruptedException {
        loss.set(progress.getLoss());
        imagesPerSecond.set(progress.getImagesPerSecond());
        writer.write(progress.getRunId(), progress, job);
    }

    /** Artifact ids of the newest snapshots of a run, the newest first. */
    List<ArtifactId> lastSnapshots(String runId) throws InterruptedException {
        Deque<String> last = new ConcurrentLinkedDeque<>();
        WholeTopic.read(
                kafka,
                schemas,
                TRAINING_PROGRESS,
                (record, source) -> {
                    if (record != null
                            && runId.equals(source.key())
                            && runId.equals(record.getRunId())
                            && record.getSnapshot() != null) {
                        last.remove(record.getSnapshot());
                        last.addFirst(record.getSnapshot());
                    }
                });
        return last.stream()
                .limit(SNAPSHOTS_KEPT)
                .filter(ArtifactId::isId)
                .map(ArtifactId::new)
                .toList();
    }

    @Override
    public void close() {
        writer.close();
    }
}
