package io.langevin.sampling.answers;

import static io.langevin.messaging.Topics.SAMPLING_IMAGES;
import static io.langevin.messaging.Topics.SAMPLING_OUTCOMES;
import static io.langevin.messaging.Topics.SAMPLING_SAVED;

import io.langevin.artifacts.ArtifactId;
import io.langevin.artifacts.ArtifactStore;
import io.langevin.messaging.AvroSerde;
import io.langevin.messaging.EventHeaders;
import io.langevin.messaging.Schemas;
import io.langevin.messaging.Topic;
import io.langevin.messaging.rules.RecordRules;
import io.langevin.messaging.stream.Claim;
import io.langevin.records.GeneratedImage;
import io.langevin.records.SampleOutcome;
import io.langevin.records.SampleRequest;
import io.langevin.records.SampleStatus;
import io.langevin.records.SavedRequest;
import io.langevin.sampling.SamplingConfig;
import io.langevin.sampling.work.ActiveRequest;
import io.langevin.sampling.work.Picture;
import io.langevin.score.Checkpoint;
import java.nio.ByteBuffer;
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
    /** Images of a request stay in memory until it ends: those of a larger one go to the store. */
    private static final long INLINE_BYTES_OF_A_REQUEST = 16 << 20;

    private static final int LONGEST_REASON = 4_000;

    /** That of a refused request may be longer than a model's name can be. */
    private static final int LONGEST_MODEL = 100;

    private final SamplingConfig config;
    private final ArtifactStore artifacts;
    private final AvroSerde<GeneratedImage> images;
    private final AvroSerde<SampleOutcome> outcomes;
    private final AvroSerde<SavedRequest> saved;
    private final EventHeaders headers = EventHeaders.ofService(SamplingConfig.NAME);

    public SamplingRecords(SamplingConfig config, Schemas schemas, ArtifactStore artifacts)
            throws InterruptedException {
        this.config = config;
        this.artifacts = artifacts;
        this.images = schemas.serde(SAMPLING_IMAGES);
        this.outcomes = schemas.serde(SAMPLING_OUTCOMES);
        this.saved = schemas.serde(SAMPLING_SAVED);
    }

    /** A finished image; a large one goes to the artifact store. */
    GeneratedImage image(ActiveRequest.Image done, float[] pixels) {
        ActiveRequest active = done.request();
        SampleRequest request = active.request();
        Picture picture = active.work().picture(done.afterRow(), pixels);
        Checkpoint checkpoint = active.network().checkpoint();
        int channels = checkpoint.architecture().channels();
        byte[] file = ImageFile.of(picture, channels, request.getImageFormat());
        boolean inline =
                file.length <= config.inlineLimit()
                        && (long) file.length * request.getCount() <= INLINE_BYTES_OF_A_REQUEST;
        return GeneratedImage.newBuilder()
                .setRequestId(request.getRequestId())
                .setIndex(done.index())
                .setCount(request.getCount())
                .setWidth(picture.width())
                .setHeight(picture.height())
                .setChannels(channels)
                .setFormat(request.getImageFormat())
                .setBytes(inline ? ByteBuffer.wrap(file) : null)
                .setArtifact(inline ? null : artifacts.put(file).hex())
                .setSha256(ArtifactId.of(file).hex())
                .setSeed(active.work().seedOf(done.index()))
                .setModel(request.getModel())
                .setCheckpoint(active.network().id().hex())
                .setScheduleId(checkpoint.scheduleId())
                .setNetworkEvaluations(active.work().plan().networkEvaluations())
                .setGeneratedAt(Instant.now())
                .setLabels(request.getLabels())
                .build();
    }

    /**
     * The images that stand, and the outcome. An expired request's images are of no use to anyone.
     */
    List<ProducerRecord<String, byte[]>> ended(
            ActiveRequest active, SampleStatus status, String reason) {
        List<GeneratedImage> standing =
                status == SampleStatus.EXPIRED ? List.of() : active.images();
        Instant now = Instant.now();
        Instant asked = active.claim().askedAt();
        Instant began = active.firstCall().orElse(now);
        SampleOutcome outcome =
                outcome(active.claim(), status, reason)
                        .setImages(standing.size())
                        .setCheckpoint(active.network().id().hex())
                        .setQueuedMillis(Math.max(0, Duration.between(asked, began).toMillis()))
                        .setComputedMillis(Duration.between(began, now).toMillis())
                        .setNetworkEvaluations(
                                (long) standing.size() * active.work().plan().networkEvaluations())
                        .build();
        List<ProducerRecord<String, byte[]>> outputs = new ArrayList<>();
        for (GeneratedImage image : standing) {
            outputs.add(record(active.claim(), SAMPLING_IMAGES, images.encode(image), image));
        }
        outputs.add(record(active.claim(), SAMPLING_OUTCOMES, outcomes.encode(outcome), outcome));
        return outputs;
    }

    /** Where the next worker finds what this one has come to. */
    List<ProducerRecord<String, byte[]>> saved(ActiveRequest active, SavedRequest saved) {
        return List.of(record(active.claim(), SAMPLING_SAVED, this.saved.encode(saved), saved));
    }

    /** A saved state that nobody needs any more. */
    ProducerRecord<String, byte[]> forgotten(Claim<SampleRequest> claim) {
        return new ProducerRecord<>(
                config.kafka().name(SAMPLING_SAVED), claim.source().key(), null);
    }

    /** The outcome of a request that never began. */
    List<ProducerRecord<String, byte[]>> neverBegan(
            Claim<SampleRequest> claim, SampleStatus status, String reason) {
        return answer(claim, outcome(claim, status, reason).build());
    }

    /** The outcome of a request that cannot be worked on; what is wrong may be its labels. */
    List<ProducerRecord<String, byte[]>> rejected(Claim<SampleRequest> claim, String reason) {
        return answer(
                claim, outcome(claim, SampleStatus.FAILED, reason).setLabels(Map.of()).build());
    }

    /** Rejects under the id of the request: it came without a key that could be used. */
    List<ProducerRecord<String, byte[]>> rejectedUnderId(
            Claim<SampleRequest> claim, String reason) {
        SampleOutcome outcome =
                outcome(claim, SampleStatus.FAILED, reason).setLabels(Map.of()).build();
        return List.of(
                record(
                        claim.record().getRequestId(),
                        claim.source().headers(),
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
            Claim<SampleRequest> claim, SampleOutcome outcome) {
        return List.of(record(claim, SAMPLING_OUTCOMES, outcomes.encode(outcome), outcome));
    }

    /** The first outcome once more, for whoever asks once more. */
    List<ProducerRecord<String, byte[]>> again(Claim<SampleRequest> claim, byte[] outcome) {
        SampleOutcome first = outcomes.decode(outcome);
        return List.of(record(claim, SAMPLING_OUTCOMES, outcome, first));
    }

    private SampleOutcome.Builder outcome(
            Claim<SampleRequest> claim, SampleStatus status, String reason) {
        return SampleOutcome.newBuilder()
                .setRequestId(claim.record().getRequestId())
                .setStatus(status)
                .setImages(0)
                .setReason(RecordRules.abbreviated(reason, LONGEST_REASON))
                .setModel(RecordRules.abbreviated(claim.record().getModel(), LONGEST_MODEL))
                .setLabels(claim.record().getLabels())
                .setEndedAt(Instant.now());
    }

    /** A record under the key of the request, as it came. */
    private ProducerRecord<String, byte[]> record(
            Claim<SampleRequest> claim, Topic<?> topic, byte[] value, SpecificRecord record) {
        return record(claim.source().key(), claim.source().headers(), topic, value, record);
    }

    private ProducerRecord<String, byte[]> record(
            String key, Headers cause, Topic<?> topic, byte[] value, SpecificRecord record) {
        return new ProducerRecord<>(
                config.kafka().name(topic), null, key, value, headers.of(record, cause));
    }
}
