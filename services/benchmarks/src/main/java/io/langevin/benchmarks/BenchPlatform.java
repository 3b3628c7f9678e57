package io.langevin.benchmarks;

import static io.langevin.messaging.Topics.MODEL_CHECKPOINTS;
import static io.langevin.messaging.Topics.SAMPLING_OUTCOMES;
import static io.langevin.messaging.Topics.SAMPLING_REQUESTS;

import io.langevin.artifacts.ArtifactId;
import io.langevin.artifacts.ArtifactStore;
import io.langevin.artifacts.ArtifactStores;
import io.langevin.embedded.EmbeddedBackends;
import io.langevin.messaging.KafkaConfig;
import io.langevin.messaging.RecordWriter;
import io.langevin.messaging.Schemas;
import io.langevin.messaging.Topics;
import io.langevin.messaging.follow.From;
import io.langevin.messaging.follow.TopicFollower;
import io.langevin.process.Environment;
import io.langevin.process.OpenedResources;
import io.langevin.publishing.Announcement;
import io.langevin.records.SampleOutcome;
import io.langevin.records.SampleRequest;
import io.langevin.records.SampleStatus;
import io.langevin.records.Sampler;
import io.langevin.records.SamplerKind;
import io.langevin.sampling.NetworkOpener;
import io.langevin.sampling.SamplingConfig;
import io.langevin.sampling.SamplingService;
import io.langevin.score.Checkpoint;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;

/** A broker, a registry and a model on them: what a sampling service needs, and nothing else. */
final class BenchPlatform implements AutoCloseable {
    static final int PER_REQUEST = 16;

    private static final int WARM_UP = 1_000;

    private static final String MODEL = "fashion";

    private final KafkaConfig kafka;
    private final URI artifacts;
    private final OpenedResources opened = new OpenedResources();
    private final RecordWriter<SampleRequest> requests;
    private final Map<String, Consumer<SampleOutcome>> awaited = new ConcurrentHashMap<>();

    private BenchPlatform(KafkaConfig kafka, Path folder, Checkpoint checkpoint)
            throws InterruptedException {
        this.kafka = kafka;
        this.artifacts = folder.resolve("artifacts").toUri();
        try (Admin admin = kafka.admin()) {
            Topics.create(admin, kafka.prefix(), (short) 1);
        }
        Schemas schemas = new Schemas(kafka);
        schemas.registerAll();
        publish(checkpoint, schemas);
        this.requests = RecordWriter.open(kafka, schemas, SAMPLING_REQUESTS, "bench");
        opened.push(requests);
        followOutcomes(schemas);
    }

    /** Topics of their own on a broker that is there. */
    static BenchPlatform on(
            EmbeddedBackends broker, String prefix, Path folder, Checkpoint checkpoint)
            throws InterruptedException {
        KafkaConfig plain = KafkaConfig.of(broker.bootstrap(), broker.registry());
        return new BenchPlatform(
                new KafkaConfig(plain.properties(), plain.registry(), prefix),
                folder.resolve(prefix),
                checkpoint);
    }

    static EmbeddedBackends broker(Path folder) throws IOException, InterruptedException {
        return EmbeddedBackends.start(folder, EmbeddedBackends.registryHome(), 0, 0);
    }

    private void publish(Checkpoint checkpoint, Schemas schemas) throws InterruptedException {
        try (ArtifactStore store = ArtifactStores.open(artifacts);
                var writer = RecordWriter.open(kafka, schemas, MODEL_CHECKPOINTS, "bench")) {
            ArtifactId id = store.put(checkpoint.bytes());
            writer.write(MODEL, Announcement.of(MODEL, id, checkpoint).build());
        }
    }

    /** What a sampling service on this platform needs to be told. */
    Map<String, String> environment(String instance) {
        return Map.of(
                "LANGEVIN_KAFKA_BOOTSTRAP_SERVERS", kafka.bootstrap(),
                "LANGEVIN_REGISTRY_URL", kafka.registry(),
                "LANGEVIN_TOPIC_PREFIX", kafka.prefix(),
                "LANGEVIN_ARTIFACTS", artifacts.toString(),
                "LANGEVIN_SAMPLING_INSTANCE", instance);
    }

    /** A sampling service in this process, called for a while: Java compiles as it runs. */
    void serve(Map<String, String> settings, NetworkOpener networks, MeterRegistry metrics)
            throws InterruptedException {
        Map<String, String> environment = new TreeMap<>(environment("bench"));
        environment.putAll(settings);
        SamplingConfig config = SamplingConfig.from(new Environment(environment));
        opened.push(SamplingService.start(config, metrics, networks));
        sample(annealing(2), WARM_UP, 1);
    }

    private void followOutcomes(Schemas schemas) throws InterruptedException {
        var follower =
                TopicFollower.start(
                        kafka,
                        schemas,
                        SAMPLING_OUTCOMES,
                        new From.Now(),
                        (outcome, source) -> {
                            requireCompleted(outcome);
                            awaited.remove(source.key()).accept(outcome);
                        });
        opened.push(follower);
        follower.awaitCaughtUp();
    }

    /** What fails is answered fast: its time says nothing. */
    private static void requireCompleted(SampleOutcome outcome) {
        if (outcome.getStatus() != SampleStatus.COMPLETED) {
            System.err.printf(
                    "the measurement ends: request %s is %s: %s%n",
                    outcome.getRequestId(), outcome.getStatus(), outcome.getReason());
            System.exit(1);
        }
    }

    /** Consistent annealing with so many network evaluations an image. */
    static Sampler annealing(int evaluations) {
        return Sampler.newBuilder()
                .setKind(SamplerKind.CONSISTENT_ANNEALING)
                .setNetworkEvaluations(evaluations)
                .build();
    }

    static SampleRequest.Builder request(Sampler sampler, int images) {
        return SampleRequest.newBuilder()
                .setRequestId(UUID.randomUUID().toString())
                .setModel(MODEL)
                .setSampler(sampler)
                .setCount(images);
    }

    /** Returns when the request is safe with the broker. */
    void ask(SampleRequest request, Consumer<SampleOutcome> ended) throws InterruptedException {
        awaited.put(request.getRequestId(), ended);
        requests.write(request.getRequestId(), request);
    }

    /** Returns when so many images are there, at most {@link #PER_REQUEST} a request. */
    void sample(Sampler sampler, int images) throws InterruptedException {
        sample(sampler, images, PER_REQUEST);
    }

    private void sample(Sampler sampler, int images, int perRequest) throws InterruptedException {
        var done = new CountDownLatch((images + perRequest - 1) / perRequest);
        for (int left = images; left > 0; left -= perRequest) {
            ask(request(sampler, Math.min(left, perRequest)).build(), o -> done.countDown());
        }
        done.await();
    }

    @Override
    public void close() {
        opened.close();
    }
}
