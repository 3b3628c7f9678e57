package io.langevin.sampling;

import static io.langevin.messaging.Topics.CANCELLATIONS;
import static io.langevin.messaging.Topics.MODEL_CHECKPOINTS;
import static io.langevin.messaging.Topics.SAMPLING_IMAGES;
import static io.langevin.messaging.Topics.SAMPLING_OUTCOMES;
import static io.langevin.messaging.Topics.SAMPLING_REQUESTS;
import static io.langevin.sampling.SamplingFixture.PLENTY;
import static org.awaitility.Awaitility.await;

import io.langevin.artifacts.ArtifactId;
import io.langevin.artifacts.ArtifactStore;
import io.langevin.artifacts.ArtifactStores;
import io.langevin.messaging.DeadLetters;
import io.langevin.messaging.KafkaConfig;
import io.langevin.messaging.Schemas;
import io.langevin.messaging.follow.Cancellations;
import io.langevin.messaging.follow.TopicsInMemory;
import io.langevin.messaging.stream.StreamInMemory;
import io.langevin.process.OpenedResources;
import io.langevin.records.Cancellation;
import io.langevin.records.GeneratedImage;
import io.langevin.records.SampleOutcome;
import io.langevin.records.SampleRequest;
import io.langevin.sampling.admission.Admission;
import io.langevin.sampling.admission.Preparation;
import io.langevin.sampling.admission.RepeatedRequests;
import io.langevin.sampling.answers.Answers;
import io.langevin.sampling.answers.EndedRequests;
import io.langevin.sampling.answers.ImageEncoder;
import io.langevin.sampling.answers.ImageFiles;
import io.langevin.sampling.answers.SamplingRecords;
import io.langevin.sampling.answers.SavedRequests;
import io.langevin.sampling.networks.LoadedNetworks;
import io.langevin.sampling.networks.PublishedCheckpoints;
import io.langevin.sampling.request.RequestStream;
import io.langevin.sampling.slots.DeviceTurns;
import io.langevin.score.Checkpoint;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;

/** A session of the sampling service without a broker, driven by the test's own thread. */
final class SessionInMemory implements AutoCloseable {
    final Schemas schemas;
    final KafkaConfig kafka;
    final ArtifactStore artifacts;
    final TopicsInMemory topics;
    final StreamInMemory<SampleRequest> stream;
    final SamplingSession session;
    private final OpenedResources opened = new OpenedResources();

    private SessionInMemory(
            KafkaConfig kafka,
            Schemas schemas,
            TopicsInMemory topics,
            Path folder,
            Duration modelWait,
            NetworkOpener opener)
            throws InterruptedException {
        this.kafka = kafka;
        this.schemas = schemas;
        this.topics = topics;
        var config = config(kafka, folder, modelWait);
        artifacts = kept(ArtifactStores.open(folder.toUri()));
        stream =
                new StreamInMemory<>(
                        kafka.name(SAMPLING_REQUESTS),
                        schemas.serde(SAMPLING_REQUESTS),
                        new DeadLetters("sampling", blob -> artifacts.put(blob).hex()),
                        topics::write);
        var registry = new SimpleMeterRegistry();
        var metrics = new SamplingMetrics(registry);
        var networks = kept(new LoadedNetworks(config, artifacts, opener));
        var cancellations = kept(Cancellations.following(topics));
        var checkpoints = kept(PublishedCheckpoints.following(topics, networks, registry));
        var saved = kept(SavedRequests.following(topics, artifacts));
        var preparation =
                kept(
                        new Preparation(
                                modelWait,
                                checkpoints,
                                artifacts,
                                saved,
                                (request, index, row, pixels) -> {}));
        var requests = new RequestStream(stream);
        var records = new SamplingRecords(config, schemas);
        var answers = new Answers(requests, records, saved, metrics);
        var repeated = new RepeatedRequests(kept(EndedRequests.following(topics)));
        var admission =
                new Admission(config, requests, preparation, cancellations, repeated, answers);
        session =
                new SamplingSession(
                        requests,
                        admission,
                        answers,
                        new DeviceTurns(
                                config,
                                metrics,
                                (request, index, row, pixels) -> {},
                                networks.device(),
                                System::nanoTime),
                        networks,
                        checkpoints,
                        cancellations,
                        kept(new ImageEncoder(new ImageFiles(config.inlineLimit(), artifacts))),
                        metrics);
    }

    private <R extends AutoCloseable> R kept(R resource) {
        opened.push(resource);
        return resource;
    }

    /**
     * On topics of its own, with four slots.
     *
     * @param modelWait how long a request waits for a model that is not there
     */
    static SessionInMemory open(Path folder, Duration modelWait, NetworkOpener opener)
            throws InterruptedException {
        var kafka = KafkaConfig.of("unused:1", "mock://" + UUID.randomUUID());
        var schemas = new Schemas(kafka);
        schemas.registerAll();
        return new SessionInMemory(
                kafka, schemas, new TopicsInMemory(kafka, schemas), folder, modelWait, opener);
    }

    /** Another process on the same topics and the same store. */
    SessionInMemory beside(Path folder, NetworkOpener opener) throws InterruptedException {
        return new SessionInMemory(kafka, schemas, topics, folder, Duration.ZERO, opener);
    }

    private static SamplingConfig config(KafkaConfig kafka, Path folder, Duration modelWait) {
        return new SamplingConfig(
                kafka,
                folder.toUri(),
                "cpu",
                "one",
                4,
                64,
                PLENTY,
                10,
                1 << 18,
                PLENTY,
                PLENTY,
                modelWait,
                Duration.ZERO);
    }

    ArtifactId publish(String model, Checkpoint checkpoint) throws InterruptedException {
        ArtifactId id = artifacts.put(checkpoint.bytes());
        topics.write(MODEL_CHECKPOINTS, model, SamplingFixture.announcement(model, id));
        return id;
    }

    void ask(SampleRequest request) {
        stream.send(request.getRequestId(), request);
    }

    void cancel(String id, String reason) throws InterruptedException {
        topics.write(CANCELLATIONS, id, new Cancellation(id, reason, Instant.now()));
    }

    /** Lets the session work until something is so. */
    void turnUntil(Callable<Boolean> reached) {
        await().pollInSameThread()
                .pollInterval(Duration.ofMillis(1))
                .atMost(Duration.ofMinutes(2)) // only against a hang
                .until(
                        () -> {
                            session.turn();
                            return reached.call();
                        });
    }

    /** Lets the session work until a request has an outcome. */
    SampleOutcome outcome(String requestId) throws InterruptedException {
        turnUntil(() -> !outcomes(requestId).isEmpty());
        return outcomes(requestId).get(0);
    }

    List<SampleOutcome> outcomes(String requestId) throws InterruptedException {
        return topics.records(SAMPLING_OUTCOMES, requestId);
    }

    /** Lets the session work until a request has an outcome; its images in their order. */
    List<GeneratedImage> images(String requestId) throws InterruptedException {
        outcome(requestId);
        return topics.records(SAMPLING_IMAGES, requestId).stream()
                .sorted(Comparator.comparingInt(GeneratedImage::getIndex))
                .toList();
    }

    @Override
    public void close() {
        session.abandon();
        opened.close();
    }
}
