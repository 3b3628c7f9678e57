package io.langevin.sampling;

import static io.langevin.messaging.Topics.MODEL_CHECKPOINTS;
import static io.langevin.messaging.Topics.SAMPLING_IMAGES;
import static io.langevin.messaging.Topics.SAMPLING_OUTCOMES;
import static io.langevin.messaging.Topics.SAMPLING_REQUESTS;

import io.langevin.artifacts.ArtifactId;
import io.langevin.artifacts.ArtifactStore;
import io.langevin.artifacts.ArtifactStores;
import io.langevin.messaging.KafkaConfig;
import io.langevin.messaging.RecordWriter;
import io.langevin.messaging.Schemas;
import io.langevin.messaging.Topic;
import io.langevin.messaging.TopicReader;
import io.langevin.noise.NoiseSchedule;
import io.langevin.process.RunningService;
import io.langevin.records.GeneratedImage;
import io.langevin.records.PublishedCheckpoint;
import io.langevin.records.SampleOutcome;
import io.langevin.records.SampleRequest;
import io.langevin.score.Checkpoint;
import io.langevin.score.DenoisingScoreMatching;
import io.langevin.score.NetworkArchitecture;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** A sampling service on topics and a store of its own, seen as its clients see it. */
public final class SamplingFixture implements AutoCloseable {
    static final long PLENTY = 1 << 30;

    final KafkaConfig kafka;
    final Schemas schemas;
    final ArtifactStore artifacts;
    private final Path folder;
    final MeterRegistry metrics = new SimpleMeterRegistry();
    private final List<RunningService> services = new ArrayList<>();

    SamplingFixture(KafkaConfig kafka, Path folder) throws InterruptedException {
        this.kafka = kafka;
        this.folder = folder;
        this.schemas = new Schemas(kafka);
        this.artifacts = ArtifactStores.open(folder.toUri());
    }

    void startService() throws InterruptedException {
        start(config("one"), SamplingService.ON_PROCESSOR);
    }

    /** One more process of the service; {@link #close} closes it too. */
    RunningService start(SamplingConfig config, NetworkOpener networks)
            throws InterruptedException {
        RunningService service = SamplingService.start(config, metrics, networks);
        services.add(service);
        return service;
    }

    /** Four slots, and no patience. */
    SamplingConfig config(String instance) {
        return config(instance, Duration.ZERO, Duration.ZERO, PLENTY);
    }

    /** The same, with every image in the store of artifacts. */
    SamplingConfig storingImages(String instance) {
        return config(instance, Duration.ZERO, Duration.ZERO, PLENTY, 0);
    }

    SamplingConfig config(
            String instance, Duration modelWait, Duration grace, long checkpointBytes) {
        return config(instance, modelWait, grace, checkpointBytes, 1 << 18);
    }

    private SamplingConfig config(
            String instance,
            Duration modelWait,
            Duration grace,
            long checkpointBytes,
            int inlineLimit) {
        return new SamplingConfig(
                kafka,
                folder.toUri(),
                "cpu",
                instance,
                4,
                64,
                PLENTY,
                10,
                inlineLimit,
                checkpointBytes,
                PLENTY,
                modelWait,
                grace);
    }

    void stopService() {
        services.forEach(RunningService::close);
        services.clear();
    }

    boolean isAlive() {
        return services.stream().allMatch(RunningService::isAlive);
    }

    /** A small untrained network: its images are noise, but always the same noise. */
    public static Checkpoint checkpoint(long seed, int levels) {
        return checkpoint(seed, levels, 1);
    }

    static Checkpoint checkpoint(long seed, int levels, int channels) {
        var architecture = new NetworkArchitecture(NetworkArchitecture.Family.BASE, 4, channels, 8);
        return new Checkpoint(
                architecture,
                NoiseSchedule.geometric(1, 0.1, levels),
                2,
                1e-4,
                true,
                "s",
                Optional.empty(),
                DenoisingScoreMatching.State.initial(architecture, seed).weights(),
                Map.of());
    }

    ArtifactId publish(String model, Checkpoint checkpoint) throws InterruptedException {
        ArtifactId id = artifacts.put(checkpoint.bytes());
        announce(model, id);
        return id;
    }

    void announce(String model, ArtifactId id) throws InterruptedException {
        write(MODEL_CHECKPOINTS, model, announcement(model, id));
    }

    static PublishedCheckpoint announcement(String model, ArtifactId id) {
        return PublishedCheckpoint.newBuilder()
                .setModel(model)
                .setCheckpoint(id.hex())
                .setFamily("ncsnv2")
                .setNgf(4)
                .setImageSize(8)
                .setChannels(1)
                .setLevels(3)
                .setStepsPerLevel(2)
                .setScheduleId("s")
                .setPublishedAt(Instant.now())
                .build();
    }

    public static SampleRequest.Builder request() {
        return SampleRequest.newBuilder().setRequestId(UUID.randomUUID().toString()).setModel("m");
    }

    void ask(SampleRequest request) throws InterruptedException {
        write(SAMPLING_REQUESTS, request.getRequestId(), request);
    }

    <T extends SpecificRecord> void write(Topic<T> topic, String key, T record)
            throws InterruptedException {
        try (var writer = RecordWriter.open(kafka, schemas, topic, "test")) {
            writer.write(key, record);
        }
    }

    /** Waits for the outcome. */
    SampleOutcome outcome(String requestId) throws InterruptedException {
        return outcomes(requestId, 1).get(0);
    }

    /** Waits for so many outcomes of one request. */
    List<SampleOutcome> outcomes(String requestId, int count) throws InterruptedException {
        return answers(SAMPLING_OUTCOMES, requestId, count);
    }

    /** Waits for the outcome and its images, which commit together. */
    List<GeneratedImage> images(String requestId) throws InterruptedException {
        int count = outcome(requestId).getImages();
        return answers(SAMPLING_IMAGES, requestId, count).stream()
                .sorted(Comparator.comparingInt(GeneratedImage::getIndex))
                .toList();
    }

    /** Images of one request among all that is committed now. */
    List<GeneratedImage> imagesSoFar(String requestId) throws InterruptedException {
        try (var reader = new TopicReader(kafka, kafka.name(SAMPLING_IMAGES))) {
            return decoded(SAMPLING_IMAGES, requestId, reader.toEnd());
        }
    }

    private <T extends SpecificRecord> List<T> answers(Topic<T> topic, String requestId, int count)
            throws InterruptedException {
        try (var reader = new TopicReader(kafka, kafka.name(topic))) {
            return decoded(
                    topic,
                    requestId,
                    reader.until(
                            records ->
                                    records.stream().filter(r -> requestId.equals(r.key())).count()
                                            >= count));
        }
    }

    private <T extends SpecificRecord> List<T> decoded(
            Topic<T> topic, String requestId, List<ConsumerRecord<String, byte[]>> records)
            throws InterruptedException {
        var serde = schemas.serde(topic);
        return records.stream()
                .filter(r -> requestId.equals(r.key()))
                .map(r -> serde.decode(r.value()))
                .toList();
    }

    @Override
    public void close() {
        stopService();
        artifacts.close();
    }
}
