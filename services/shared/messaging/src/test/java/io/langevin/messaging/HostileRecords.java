package io.langevin.messaging;

import io.langevin.records.Cancellation;
import io.langevin.records.CancellationOutcome;
import io.langevin.records.CancellationStatus;
import io.langevin.records.Candidate;
import io.langevin.records.CheckpointQuality;
import io.langevin.records.DatasetImage;
import io.langevin.records.DatasetState;
import io.langevin.records.GeneratedImage;
import io.langevin.records.HandledLetter;
import io.langevin.records.ImageFormat;
import io.langevin.records.JobAttempts;
import io.langevin.records.JobKind;
import io.langevin.records.JobStage;
import io.langevin.records.JobState;
import io.langevin.records.JobStatus;
import io.langevin.records.JudgedCheckpoint;
import io.langevin.records.JudgingData;
import io.langevin.records.JudgingJob;
import io.langevin.records.JudgingResult;
import io.langevin.records.LetterEnd;
import io.langevin.records.ModelAction;
import io.langevin.records.ModelChange;
import io.langevin.records.ModelChangeResult;
import io.langevin.records.PublishedCheckpoint;
import io.langevin.records.PublishingJob;
import io.langevin.records.PublishingResult;
import io.langevin.records.RetrainingPolicy;
import io.langevin.records.RetrainingRequest;
import io.langevin.records.RunOrder;
import io.langevin.records.SampleOutcome;
import io.langevin.records.SamplePreview;
import io.langevin.records.SampleRequest;
import io.langevin.records.SampleStatus;
import io.langevin.records.SavedRequest;
import io.langevin.records.ScheduleJob;
import io.langevin.records.ScheduleResult;
import io.langevin.records.TrainingJob;
import io.langevin.records.TrainingProgress;
import io.langevin.records.TrainingResult;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;

/**
 * Records as nobody should send them: valid ones of every topic, damaged at random. They ask for
 * nothing that takes long where they are still valid: their model and their data set are not there.
 */
public final class HostileRecords {
    private static final String MODEL = "hostile";
    private static final String NO_ARTIFACT = "0123456789abcdef".repeat(4);

    /** Lengths that readers have believed: 2³¹−8, −1, 2³¹−1, 2⁶³−1. */
    private static final byte[][] LENGTHS = {
        {(byte) 0xF0, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, 0x0F},
        {(byte) 0xFE, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, 0x0F},
        {0x01},
        {-2, -1, -1, -1, -1, -1, -1, -1, -1, 1}
    };

    private final KafkaConfig kafka;
    private final Schemas schemas;
    private final Random random;

    public HostileRecords(KafkaConfig kafka, Schemas schemas, long seed) {
        this.kafka = kafka;
        this.schemas = schemas;
        this.random = new Random(seed);
    }

    /** The next one for a topic. */
    public <T extends SpecificRecord> ProducerRecord<String, byte[]> next(Topic<T> topic)
            throws InterruptedException {
        UUID id = new UUID(random.nextLong(), random.nextLong());
        String key = topic == Topics.MODEL_CHECKPOINTS ? MODEL : id.toString();
        byte[] value = schemas.serde(topic).encode(topic.type().cast(valid(topic, "" + id)));
        int damages = random.nextInt(4); // some are valid
        for (int i = 0; i < damages; i++) {
            value = damaged(value);
        }
        var headers = new RecordHeaders();
        if (random.nextInt(8) == 0) {
            headers.add("traceparent", bytes());
            headers.add("ce_id", bytes());
        }
        return new ProducerRecord<>(kafka.name(topic), null, key(key), value, headers);
    }

    private String key(String key) {
        return switch (random.nextInt(12)) {
            case 0 -> null;
            case 1 -> RecordKeys.decode(bytes());
            case 2 -> UUID.randomUUID().toString();
            default -> key;
        };
    }

    private byte[] bytes() {
        byte[] bytes = new byte[random.nextInt(40)];
        random.nextBytes(bytes);
        return bytes;
    }

    private byte[] damaged(byte[] value) {
        if (value == null || value.length == 0) {
            return value;
        }
        byte[] copy = value.clone();
        int place = random.nextInt(copy.length);
        switch (random.nextInt(9)) {
            case 0 -> copy[place] ^= (byte) (1 << random.nextInt(8));
            case 1 -> copy[place] = (byte) random.nextInt(256);
            case 2 -> copy = Arrays.copyOf(copy, place);
            case 3 -> copy = spliced(copy, place, bytes());
            case 4 -> copy = spliced(copy, place, LENGTHS[random.nextInt(LENGTHS.length)]);
            case 5 -> {
                byte[] length = LENGTHS[random.nextInt(LENGTHS.length)];
                int room = Math.min(length.length, copy.length - place);
                System.arraycopy(length, 0, copy, place, room);
            }
            case 6 -> copy[Math.min(copy.length - 1, 1 + random.nextInt(4))] ^= 0x11; // schema id
            case 7 -> copy = bytes();
            default -> copy = random.nextInt(4) == 0 ? null : spliced(copy, place, copy);
        }
        return copy;
    }

    private static byte[] spliced(byte[] value, int place, byte[] more) {
        return ByteBuffer.allocate(value.length + more.length)
                .put(value, 0, place)
                .put(more)
                .put(value, place, value.length - place)
                .array();
    }

    private static SpecificRecord valid(Topic<?> topic, String id) {
        Instant now = Instant.now();
        return switch (topic.suffix()) {
            case "sampling.requests" ->
                    SampleRequest.newBuilder()
                            .setRequestId(id)
                            .setModel(MODEL)
                            .setLabels(Map.of("tenant", "a"))
                            .build();
            case "sampling.images" ->
                    GeneratedImage.newBuilder()
                            .setRequestId(id)
                            .setIndex(0)
                            .setCount(1)
                            .setWidth(1)
                            .setHeight(1)
                            .setChannels(1)
                            .setFormat(ImageFormat.FLOAT32)
                            .setBytes(ByteBuffer.wrap(new byte[4]))
                            .setSha256(NO_ARTIFACT)
                            .setSeed(1)
                            .setModel(MODEL)
                            .setCheckpoint(NO_ARTIFACT)
                            .setScheduleId("s")
                            .setNetworkEvaluations(1)
                            .setGeneratedAt(now)
                            .build();
            case "sampling.outcomes" ->
                    SampleOutcome.newBuilder()
                            .setRequestId(id)
                            .setStatus(SampleStatus.CANCELLED)
                            .setImages(0)
                            .setReason("hostile")
                            .setEndedAt(now)
                            .build();
            case "sampling.previews" ->
                    new SamplePreview(id, 0, 1, 2, ByteBuffer.wrap(new byte[] {1}));
            case "sampling.saved" ->
                    new SavedRequest(id, NO_ARTIFACT, NO_ARTIFACT, NO_ARTIFACT, "", now);
            case "retraining.requests" ->
                    RetrainingRequest.newBuilder()
                            .setRunId(id)
                            .setModel(MODEL)
                            .setDataset("nowhere")
                            .build();
            case "schedule.jobs" ->
                    ScheduleJob.newBuilder()
                            .setRunId(id)
                            .setDataset("nowhere")
                            .setImageSize(8)
                            .build();
            case "schedule.results" ->
                    ScheduleResult.newBuilder()
                            .setRunId(id)
                            .setStatus(JobStatus.COMPLETED)
                            .setSigmas(List.of(2.0, 1.0))
                            .build();
            case "training.jobs" ->
                    TrainingJob.newBuilder()
                            .setRunId(id)
                            .setModel(MODEL)
                            .setDataset("../nowhere")
                            .setDatasetFingerprint("f")
                            .setImageSize(8)
                            .setChannels(1)
                            .setSigmas(List.of(2.0, 1.0))
                            .setStepsPerLevel(1)
                            .setEpsilon(1e-3)
                            .setScheduleId("s")
                            .build();
            case "training.results" ->
                    TrainingResult.newBuilder()
                            .setRunId(id)
                            .setStatus(JobStatus.COMPLETED)
                            .setCandidates(List.of(new Candidate(NO_ARTIFACT, 1, 1.0, null)))
                            .build();
            case "training.progress" ->
                    TrainingProgress.newBuilder()
                            .setRunId(id)
                            .setIteration(1)
                            .setIterations(2)
                            .setSeconds(1)
                            .setLoss(1)
                            .setImagesPerSecond(1)
                            .setSnapshot(NO_ARTIFACT)
                            .setMeasuredAt(now)
                            .build();
            case "publishing.jobs", "publishing.imports" ->
                    PublishingJob.newBuilder()
                            .setRunId(id)
                            .setModel(MODEL)
                            .setCandidates(List.of(new Candidate(NO_ARTIFACT, 1, 1.0, null)))
                            .build();
            case "judging.jobs" ->
                    JudgingJob.newBuilder()
                            .setRunId(id)
                            .setModel(MODEL)
                            .setCandidate(new Candidate(NO_ARTIFACT, 1, 1.0, null))
                            .setData(new JudgingData("nowhere", "f", 8, 1, 0.05))
                            .build();
            case "judging.results" ->
                    JudgingResult.newBuilder()
                            .setRunId(id)
                            .setCheckpoint(NO_ARTIFACT)
                            .setStatus(JobStatus.COMPLETED)
                            .build();
            case "publishing.results" ->
                    PublishingResult.newBuilder()
                            .setRunId(id)
                            .setStatus(JobStatus.COMPLETED)
                            .setCheckpoint(NO_ARTIFACT)
                            .build();
            case "model.checkpoints" ->
                    PublishedCheckpoint.newBuilder()
                            .setModel(MODEL)
                            .setCheckpoint(NO_ARTIFACT)
                            .setFamily("ncsnv2")
                            .setNgf(4)
                            .setImageSize(8)
                            .setChannels(1)
                            .setLevels(2)
                            .setStepsPerLevel(1)
                            .setScheduleId("s")
                            .setPublishedAt(now)
                            .build();
            case "model.judgements" ->
                    JudgedCheckpoint.newBuilder()
                            .setRunId(id)
                            .setModel(MODEL)
                            .setCheckpoint(NO_ARTIFACT)
                            .setJudged(1)
                            .setCount(1)
                            .setQuality(
                                    new CheckpointQuality(
                                            "f", "e", 16, 16, 16.0, "FID", 1.0, 0.1, 0.0, 0.1, 1.0,
                                            1.0, null, null))
                            .setJudgedAt(now)
                            .build();
            case "model.changes" ->
                    ModelChange.newBuilder()
                            .setChangeId(id)
                            .setModel(MODEL)
                            .setAction(ModelAction.ROLL_BACK)
                            .build();
            case "model.change.results" ->
                    ModelChangeResult.newBuilder()
                            .setChangeId(id)
                            .setStatus(JobStatus.FAILED)
                            .build();
            case "cancellations" -> new Cancellation(id, "hostile", now);
            case "cancellation.outcomes" ->
                    new CancellationOutcome(id, CancellationStatus.UNKNOWN, "hostile", now);
            case "job.states" ->
                    JobState.newBuilder()
                            .setId(id)
                            .setKind(JobKind.SAMPLING)
                            .setStage(JobStage.FAILED)
                            .setModel(MODEL)
                            .setRequestedAt(now)
                            .setUpdatedAt(now)
                            .build();
            case "job.attempts" -> new JobAttempts(id, 1);
            case "run.orders" -> new RunOrder(id, true, "", now, false);
            case "datasets.images" ->
                    DatasetImage.newBuilder()
                            .setDataset(id)
                            .setBytes(ByteBuffer.wrap(new byte[] {1, 2, 3}))
                            .build();
            case "datasets.states" ->
                    DatasetState.newBuilder()
                            .setDataset(id)
                            .setBeginOffset(0)
                            .setEndOffset(1)
                            .setImages(1)
                            .setUpdatedAt(now)
                            .build();
            case "letters.handled" ->
                    new HandledLetter("sampling.requests/0/1", LetterEnd.DISCARDED, "", now);
            case "retraining.policies" ->
                    RetrainingPolicy.newBuilder()
                            .setPolicyId(id)
                            .setRequest(
                                    RetrainingRequest.newBuilder()
                                            .setRunId("")
                                            .setModel(MODEL)
                                            .setDataset("nowhere")
                                            .build())
                            .setCron("0 0 1 1 *")
                            .build();
            default -> throw new AssertionError("no valid record of " + topic.suffix());
        };
    }

    /** A header's text, or nothing where it is not there. */
    static String text(org.apache.kafka.common.header.Headers headers, String name) {
        var header = headers.lastHeader(name);
        return header == null ? "" : new String(header.value(), StandardCharsets.UTF_8);
    }
}
