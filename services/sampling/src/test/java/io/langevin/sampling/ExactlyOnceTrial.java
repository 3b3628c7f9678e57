package io.langevin.sampling;

import static io.langevin.messaging.Topics.SAMPLING_IMAGES;
import static io.langevin.messaging.Topics.SAMPLING_OUTCOMES;
import static io.langevin.messaging.Topics.SAMPLING_REQUESTS;

import io.langevin.artifacts.ArtifactId;
import io.langevin.messaging.KafkaConfig;
import io.langevin.messaging.RecordWriter;
import io.langevin.messaging.Schemas;
import io.langevin.messaging.TopicReader;
import io.langevin.messaging.Topics;
import io.langevin.noise.AnnealedLangevin;
import io.langevin.records.GeneratedImage;
import io.langevin.records.ImageFormat;
import io.langevin.records.SampleOutcome;
import io.langevin.records.SampleRequest;
import io.langevin.records.SampleStatus;
import io.langevin.score.Checkpoint;
import io.langevin.score.ImageNoise;
import io.langevin.score.ImageSeeds;
import io.langevin.score.TorchScoreNetwork;
import io.langevin.score.TrajectoryBatch;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * The guarantee on trial: worker processes and a broker process of their own, of which one is
 * killed, stopped or added in every round while requests come in. What is committed in the end is
 * counted against what was asked for.
 */
final class ExactlyOnceTrial implements AutoCloseable {
    private static final int WORKERS = 2;
    private static final int MOST_REQUESTS_OF_A_ROUND = 6;
    private static final int MOST_IMAGES = 5;
    private static final int MOST_MILLIS_OF_A_ROUND = 4_000;
    private static final String MODEL = "m";

    private final Random random;
    private final Path folder;
    private final KafkaConfig kafka;
    private final Schemas schemas;
    private final Checkpoint checkpoint;
    private final ChildProcess broker;
    private final List<ChildProcess> workers = new ArrayList<>();
    private final ChildProcess guest;
    private final Map<String, SampleRequest> asked = new LinkedHashMap<>();
    private final Map<Event, Integer> events = new TreeMap<>();

    /** What happens in a round. */
    private enum Event {
        WORKER_KILLED(12),
        WORKER_STOPPED(4),
        GUEST_COMES_OR_GOES(3),
        BROKER_KILLED(1);

        private final int weight;

        Event(int weight) {
            this.weight = weight;
        }
    }

    /**
     * How often what went wrong.
     *
     * @param lost images of requests that completed, or requests without an outcome
     * @param repeated images and outcomes that are there more than once
     * @param altered images with other bytes than seed, checkpoint and plan decide
     */
    record Verdict(
            int requests,
            int images,
            int lost,
            int repeated,
            int altered,
            Map<String, Integer> events) {}

    /**
     * @param registry in use by this process's schemas, and not on trial
     */
    ExactlyOnceTrial(Path folder, String registry, int port, long seed)
            throws IOException, InterruptedException {
        this.folder = folder;
        this.random = new Random(seed);
        this.broker = ChildProcess.broker(folder.resolve("kafka"), port, log("broker"));
        String prefix = "trial" + UUID.randomUUID().toString().substring(0, 8) + ".";
        KafkaConfig plain = KafkaConfig.of("127.0.0.1:" + port, registry);
        this.kafka = new KafkaConfig(plain.properties(), registry, prefix);
        try (Admin admin = kafka.admin()) {
            Topics.create(admin, prefix, (short) 1);
        }
        this.schemas = new Schemas(kafka);
        schemas.registerAll();
        this.checkpoint = SamplingFixture.checkpoint(1, 40);
        try (var sampling = new SamplingFixture(kafka, artifacts())) {
            sampling.publish(MODEL, checkpoint);
        }
        for (int i = 0; i < WORKERS; i++) {
            workers.add(worker("worker-" + i));
        }
        this.guest = worker("guest");
    }

    private Path artifacts() {
        return folder.resolve("artifacts");
    }

    private File log(String name) {
        return folder.resolve(name + ".log").toFile();
    }

    private ChildProcess worker(String instance) throws IOException {
        Map<String, String> environment = ChildProcess.worker(kafka, artifacts(), instance);
        environment.put("LANGEVIN_SAMPLING_SLOTS", "8");
        environment.put("LANGEVIN_SAMPLING_GRACE_SECONDS", "0");
        return ChildProcess.start(
                SamplingService.class,
                List.of("-Xmx256m", "-Dai.djl.offline=true"),
                List.of(),
                environment,
                log(instance));
    }

    /** So many rounds, then whatever time it takes to answer everything. */
    Verdict run(int rounds) throws IOException, InterruptedException {
        for (int round = 0; round < rounds; round++) {
            ask(1 + random.nextInt(MOST_REQUESTS_OF_A_ROUND));
            // any moment will do: this is no waiting for a condition
            TimeUnit.MILLISECONDS.sleep(random.nextInt(MOST_MILLIS_OF_A_ROUND));
            Event event = next();
            events.merge(event, 1, Integer::sum);
            make(event);
        }
        for (ChildProcess worker : workers) {
            if (!worker.isAlive()) {
                worker.startAgain();
            }
        }
        return judge();
    }

    private Event next() {
        int ticket = random.nextInt(List.of(Event.values()).stream().mapToInt(e -> e.weight).sum());
        for (Event event : Event.values()) {
            ticket -= event.weight;
            if (ticket < 0) {
                return event;
            }
        }
        throw new AssertionError();
    }

    private void make(Event event) throws IOException, InterruptedException {
        ChildProcess worker = workers.get(random.nextInt(WORKERS));
        switch (event) {
            case WORKER_KILLED -> {
                worker.kill();
                worker.startAgain();
            }
            case WORKER_STOPPED -> {
                worker.stop();
                worker.startAgain();
            }
            case GUEST_COMES_OR_GOES -> {
                if (guest.isAlive()) {
                    guest.stop();
                } else {
                    guest.startAgain();
                }
            }
            case BROKER_KILLED -> {
                broker.kill();
                broker.startAgain();
            }
        }
    }

    private void ask(int count) throws InterruptedException {
        try (var writer = RecordWriter.open(kafka, schemas, SAMPLING_REQUESTS, "trial")) {
            for (int i = 0; i < count; i++) {
                SampleRequest request =
                        SamplingFixture.request()
                                .setCount(1 + random.nextInt(MOST_IMAGES))
                                .setImageFormat(ImageFormat.FLOAT32)
                                .build();
                asked.put(request.getRequestId(), request);
                writer.write(request.getRequestId(), request);
            }
        }
    }

    private Verdict judge() throws InterruptedException {
        Map<String, Integer> outcomes = new HashMap<>();
        int lost = 0;
        var outcomeSerde = schemas.serde(SAMPLING_OUTCOMES);
        List<SampleOutcome> ended;
        try (var reader = new TopicReader(kafka, kafka.name(SAMPLING_OUTCOMES))) {
            reader.until(
                    records ->
                            records.stream().map(ConsumerRecord::key).distinct().count()
                                    == asked.size());
            ended =
                    reader.toEnd().stream()
                            .map(record -> outcomeSerde.decode(record.value()))
                            .toList();
        }
        for (SampleOutcome outcome : ended) {
            outcomes.merge(outcome.getRequestId(), 1, Integer::sum);
            if (outcome.getStatus() != SampleStatus.COMPLETED) {
                lost++;
            }
        }
        int repeated = ended.size() - outcomes.size();
        Map<String, String> expected = expectedDigests();
        Set<String> seen = new HashSet<>();
        int altered = 0;
        int images = 0;
        var imageSerde = schemas.serde(SAMPLING_IMAGES);
        try (var reader = new TopicReader(kafka, kafka.name(SAMPLING_IMAGES))) {
            for (ConsumerRecord<String, byte[]> record : reader.toEnd()) {
                GeneratedImage image = imageSerde.decode(record.value());
                String name = image.getRequestId() + "/" + image.getIndex();
                images++;
                repeated += seen.add(name) ? 0 : 1;
                String digest = ArtifactId.of(bytes(image)).hex();
                altered += digest.equals(expected.get(name)) ? 0 : 1;
            }
        }
        lost += expected.size() - seen.size();
        Map<String, Integer> named = new TreeMap<>();
        events.forEach((event, count) -> named.put(event.name(), count));
        return new Verdict(asked.size(), images, lost, repeated, altered, named);
    }

    private static byte[] bytes(GeneratedImage image) {
        byte[] bytes = new byte[image.getBytes().remaining()];
        image.getBytes().duplicate().get(bytes);
        return bytes;
    }

    /** Of every image asked for, computed here. */
    private Map<String, String> expectedDigests() {
        var plan =
                AnnealedLangevin.plan(
                        checkpoint.schedule(),
                        checkpoint.stepsPerLevel(),
                        checkpoint.epsilon(),
                        checkpoint.denoise());
        Map<String, String> digests = new HashMap<>();
        try (var network = new TorchScoreNetwork(checkpoint)) {
            var batch = new TrajectoryBatch<String>(network, 64);
            for (SampleRequest request : asked.values()) {
                long seed = ImageSeeds.ofRequest(request.getRequestId());
                for (int index = 0; index < request.getCount(); index++) {
                    while (batch.free() == 0) {
                        collect(batch, digests);
                    }
                    batch.add(
                            request.getRequestId() + "/" + index,
                            plan,
                            ImageNoise.seeded(ImageSeeds.ofImage(seed, index)));
                }
            }
            while (batch.size() > 0) {
                collect(batch, digests);
            }
        }
        return digests;
    }

    private void collect(TrajectoryBatch<String> batch, Map<String, String> digests) {
        int channels = checkpoint.architecture().channels();
        int size = checkpoint.architecture().imageSize();
        for (var image : batch.step()) {
            var picture = new RequestWork.Picture(image.pixels(), size, size);
            byte[] file = ImageFile.of(picture, channels, ImageFormat.FLOAT32);
            digests.put(image.owner(), ArtifactId.of(file).hex());
        }
    }

    @Override
    public void close() {
        workers.forEach(ChildProcess::close);
        guest.close();
        broker.close();
    }
}
