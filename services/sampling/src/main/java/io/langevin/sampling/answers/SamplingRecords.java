package io.langevin.sampling.answers;

import static io.langevin.messaging.Topics.SAMPLING_IMAGES;
import static io.langevin.messaging.Topics.SAMPLING_OUTCOMES;
import static io.langevin.messaging.Topics.SAMPLING_SAVED;

import io.langevin.messaging.AvroSerde;
import io.langevin.messaging.EventHeaders;
import io.langevin.messaging.Schemas;
import io.langevin.messaging.Topic;
import io.langevin.messaging.rules.RecordRules;
import io.langevin.records.GeneratedImage;
import io.langevin.records.SampleOutcome;
import io.langevin.records.SampleStatus;
import io.langevin.records.SavedRequest;
import io.langevin.records.SavedSampling;
import io.langevin.sampling.SamplingConfig;
import io.langevin.sampling.request.SamplingRequest;
import io.langevin.sampling.work.ActiveRequest;
import io.langevin.sampling.work.FinishedImage;
import io.langevin.sampling.work.Progress;
import io.langevin.score.Checkpoint;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Headers;

/** The records that answer a sample request. */
public final class SamplingRecords {
    private static final int LONGEST_REASON = 4_000;

    /** That of a refused request may be longer than a model's name can be. */
    private static final int LONGEST_MODEL = 100;

    private final SamplingConfig config;
    private final AvroSerde<GeneratedImage> images;
    private final AvroSerde<SampleOutcome> outcomes;
    private final AvroSerde<SavedRequest> saved;
    private final EventHeaders headers = EventHeaders.ofService(SamplingConfig.NAME);

    public SamplingRecords(SamplingConfig config, Schemas schemas) throws InterruptedException {
        this.config = config;
        this.images = schemas.serde(SAMPLING_IMAGES);
        this.outcomes = schemas.serde(SAMPLING_OUTCOMES);
        this.saved = schemas.serde(SAMPLING_SAVED);
    }

    private GeneratedImage image(ActiveRequest active, FinishedImage image) {
        SamplingRequest request = active.request();
        Checkpoint checkpoint = active.network().checkpoint();
        return GeneratedImage.newBuilder()
                .setRequestId(request.id())
                .setIndex(image.index())
                .setCount(request.count())
                .setWidth(image.width())
                .setHeight(image.height())
                .setChannels(checkpoint.architecture().channels())
                .setFormat(request.imageFormat())
                .setBytes(image.bytes().orElse(null))
                .setArtifact(image.artifact().orElse(null))
                .setSha256(image.sha256())
                .setSeed(active.work().seedOf(image.index()))
                .setModel(request.model())
                .setCheckpoint(active.network().id().hex())
                .setScheduleId(checkpoint.scheduleId())
                .setNetworkEvaluations(active.networkEvaluations())
                .setGeneratedAt(image.generatedAt())
                .setLabels(request.labels())
                .setOrigin(ImageOrigins.of(active, image.index()))
                .setScore(image.score().isPresent() ? image.score().getAsDouble() : null)
                .build();
    }

    /**
     * The images that stand, and the outcome. An expired request's images are of no use to anyone.
     */
    List<ProducerRecord<String, byte[]>> ended(
            ActiveRequest active, SampleStatus status, String reason) {
        List<FinishedImage> standing = status == SampleStatus.EXPIRED ? List.of() : active.images();
        Instant now = Instant.now();
        Instant asked = active.request().askedAt();
        Instant began = active.firstCall().orElse(now);
        SampleOutcome outcome =
                outcome(active.request(), status, reason)
                        .setImages(standing.size())
                        .setCheckpoint(active.network().id().hex())
                        .setQueuedMillis(Math.max(0, Duration.between(asked, began).toMillis()))
                        .setComputedMillis(Duration.between(began, now).toMillis())
                        .setNetworkEvaluations((long) standing.size() * active.networkEvaluations())
                        .build();
        List<ProducerRecord<String, byte[]>> outputs = new ArrayList<>();
        for (FinishedImage finished : standing) {
            GeneratedImage image = image(active, finished);
            outputs.add(record(active.request(), SAMPLING_IMAGES, images.encode(image), image));
        }
        outputs.add(record(active.request(), SAMPLING_OUTCOMES, outcomes.encode(outcome), outcome));
        return outputs;
    }

    /** How far a request has come; nothing of it may be in the batch. */
    SavedSampling state(ActiveRequest active) {
        Progress progress = active.progress();
        return SavedStates.record(
                progress, progress.finished().stream().map(done -> image(active, done)).toList());
    }

    /** Where the next worker finds what this one has come to. */
    List<ProducerRecord<String, byte[]>> saved(ActiveRequest active, SavedRequest saved) {
        return List.of(record(active.request(), SAMPLING_SAVED, this.saved.encode(saved), saved));
    }

    /** A saved state that nobody needs any more. */
    ProducerRecord<String, byte[]> forgotten(SamplingRequest request) {
        return new ProducerRecord<>(config.kafka().name(SAMPLING_SAVED), request.key(), null);
    }

    /** The outcome of a request that never began. */
    List<ProducerRecord<String, byte[]>> neverBegan(
            SamplingRequest request, SampleStatus status, String reason) {
        return answer(request, outcome(request, status, reason).build());
    }

    /** The outcome of a request that cannot be worked on; what is wrong may be its labels. */
    List<ProducerRecord<String, byte[]>> rejected(SamplingRequest request, String reason) {
        return answer(
                request, outcome(request, SampleStatus.FAILED, reason).setLabels(Map.of()).build());
    }

    /** Rejects under the id of the request: it came without a key that could be used. */
    List<ProducerRecord<String, byte[]>> rejectedUnderId(SamplingRequest request, String reason) {
        SampleOutcome outcome =
                outcome(request, SampleStatus.FAILED, reason).setLabels(Map.of()).build();
        return List.of(
                record(
                        request.id(),
                        request.source().headers(),
                        SAMPLING_OUTCOMES,
                        outcomes.encode(outcome),
                        outcome));
    }

    /** The outcome of a record that is no request; nothing is known of it but its key. */
    List<ProducerRecord<String, byte[]>> unreadable(
            ConsumerRecord<String, byte[]> source, String reason) {
        SampleOutcome outcome =
                SampleOutcome.newBuilder()
                        .setRequestId(source.key())
                        .setStatus(SampleStatus.FAILED)
                        .setImages(0)
                        .setReason(reason)
                        .setEndedAt(Instant.now())
                        .build();
        EventHeaders.begin(source);
        return List.of(
                record(
                        source.key(),
                        source.headers(),
                        SAMPLING_OUTCOMES,
                        outcomes.encode(outcome),
                        outcome));
    }

    private List<ProducerRecord<String, byte[]>> answer(
            SamplingRequest request, SampleOutcome outcome) {
        return List.of(record(request, SAMPLING_OUTCOMES, outcomes.encode(outcome), outcome));
    }

    /** The first outcome once more, for whoever asks once more. */
    List<ProducerRecord<String, byte[]>> again(SamplingRequest request, byte[] outcome) {
        SampleOutcome first = outcomes.decode(outcome);
        return List.of(record(request, SAMPLING_OUTCOMES, outcome, first));
    }

    private SampleOutcome.Builder outcome(
            SamplingRequest request, SampleStatus status, String reason) {
        return SampleOutcome.newBuilder()
                .setRequestId(request.id())
                .setStatus(status)
                .setImages(0)
                .setReason(RecordRules.abbreviated(reason, LONGEST_REASON))
                .setModel(RecordRules.abbreviated(request.model(), LONGEST_MODEL))
                .setLabels(request.labels())
                .setEndedAt(Instant.now());
    }

    /** A record under the key of the request, as it came. */
    private ProducerRecord<String, byte[]> record(
            SamplingRequest request, Topic<?> topic, byte[] value, SpecificRecord record) {
        return record(request.key(), request.source().headers(), topic, value, record);
    }

    private ProducerRecord<String, byte[]> record(
            String key, Headers cause, Topic<?> topic, byte[] value, SpecificRecord record) {
        return new ProducerRecord<>(
                config.kafka().name(topic), null, key, value, headers.of(record, cause));
    }
}
