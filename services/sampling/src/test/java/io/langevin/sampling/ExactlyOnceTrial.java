package io.langevin.sampling;

import static io.langevin.messaging.Topics.SAMPLING_IMAGES;
import static io.langevin.messaging.Topics.SAMPLING_OUTCOMES;
import static io.langevin.messaging.Topics.SAMPLING_REQUESTS;

import io.langevin.artifacts.ArtifactId;
import io.langevin.artifacts.ArtifactStore;
import io.langevin.artifacts.ArtifactStores;
import io.langevin.messaging.DeadLetters;
import io.langevin.messaging.HostileRecords;
import io.langevin.messaging.KafkaConfig;
import io.langevin.messaging.RecordWriter;
import io.langevin.messaging.RegistryProxy;
import io.langevin.messaging.Schemas;
import io.langevin.messaging.TopicReader;
import io.langevin.messaging.Topics;
import io.langevin.messaging.UnreadableRecordException;
import io.langevin.noise.AnnealedLangevin;
import io.langevin.records.GeneratedImage;
import io.langevin.records.ImageFormat;
import io.langevin.records.SampleOutcome;
import io.langevin.records.SampleRequest;
import io.langevin.records.SampleStatus;
import io.langevin.sampling.answers.ImageFile;
import io.langevin.sampling.work.Picture;
import io.langevin.score.Checkpoint;
import io.langevin.score.TorchScoreNetwork;
import io.langevin.trajectory.ImageNoise;
import io.langevin.trajectory.ImageSeeds;
import io.langevin.trajectory.TrajectoryBatch;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * The guarantee on trial: worker processes and a broker process of their own, of which one is
 * killed, stopped, suspended, added or has a full disk in every round, and a registry that comes
 * and goes, while requests come in with damaged records among them. What is committed in the end is
 * judged by anomaly against what was sent.
 */
final class ExactlyOnceTrial implements AutoCloseable {
    private static final int WORKERS = 2;
    private static final int MOST_REQUESTS_OF_A_ROUND = 6;
    private static final int MOST_IMAGES = 5;
    private static final int MOST_HOSTILE_OF_A_ROUND = 4;

    /** Of about two seconds each: a worker that is suspended longer is taken for dead. */
    private static final int MOST_ROUNDS_SUSPENDED = 9;

    private static final int MOST_ROUNDS_FULL = 3;
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
    private final int registryPort;
    private final String registry;
    private final HostileRecords hostile;

    /** For so many rounds from now on. */
    private final Map<ChildProcess, Integer> suspended = new HashMap<>();

    /** Workers whose disk is full, for so many rounds from now on. */
    private final Map<ChildProcess, Integer> full = new HashMap<>();

    private final Map<String, SampleRequest> asked = new LinkedHashMap<>();

    /** Damaged records by partition and offset; true: they cannot be read. */
    private final Map<String, Boolean> damaged = new LinkedHashMap<>();

    private Optional<RegistryProxy> proxy;
    private final Map<Event, Integer> events = new TreeMap<>();

    /** What happens in a round. */
    private enum Event {
        WORKER_KILLED(12),
        WORKER_STOPPED(4),
        WORKER_SUSPENDED(4),
        DISK_FULL(4),
        REGISTRY_COMES_OR_GOES(4),
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
     * @param imagesWithoutOutcome images of requests that have none
     * @param outcomesWithoutImages outcomes that count more images than there are
     * @param endsOfDamaged damaged records with other than one end
     */
    record Verdict(
            int requests,
            int images,
            int damaged,
            int lost,
            int repeated,
            int altered,
            int imagesWithoutOutcome,
            int outcomesWithoutImages,
            int endsOfDamaged,
            Map<String, Integer> events) {}

    /**
     * @param registry behind the one that comes and goes
     */
    ExactlyOnceTrial(Path folder, String registry, int port, long seed)
            throws IOException, InterruptedException {
        this.folder = folder;
        this.random = new Random(seed);
        this.broker = ChildProcess.broker(folder.resolve("kafka"), port, log("broker"));
        String prefix = "trial" + UUID.randomUUID().toString().substring(0, 8) + ".";
        this.registry = registry;
        this.registryPort = ChildProcess.freePort();
        this.proxy = Optional.of(RegistryProxy.start(registryPort, registry));
        String address = "http://127.0.0.1:" + registryPort;
        KafkaConfig plain = KafkaConfig.of("127.0.0.1:" + port, address);
        this.kafka = new KafkaConfig(plain.properties(), address, prefix);
        try (Admin admin = kafka.admin()) {
            Topics.create(admin, prefix, (short) 1);
        }
        this.schemas = new Schemas(kafka);
        schemas.registerAll();
        for (var topic : Topics.all()) {
            schemas.serde(topic); // known before the registry goes
        }
        this.hostile = new HostileRecords(kafka, schemas, seed);
        this.checkpoint = SamplingFixture.checkpoint(1, 40);
        try (var sampling = new SamplingFixture(kafka, artifacts())) {
            sampling.publish(MODEL, checkpoint);
        }
        // images come in records and by way of the store
        for (int i = 0; i < WORKERS; i++) {
            workers.add(worker("worker-" + i, i % 2 == 0 ? 0 : 1 << 18));
        }
        this.guest = worker("guest", 0);
    }

    private Path artifacts() {
        return folder.resolve("artifacts");
    }

    private File log(String name) {
        return folder.resolve(name + ".log").toFile();
    }

    private ChildProcess worker(String instance, int inlineBytes) throws IOException {
        Map<String, String> environment = ChildProcess.worker(kafka, artifacts(), instance);
        environment.put("LANGEVIN_SAMPLING_SLOTS", "8");
        environment.put("LANGEVIN_SAMPLING_INLINE_LIMIT", "" + inlineBytes);
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
            sendDamaged(random.nextInt(MOST_HOSTILE_OF_A_ROUND + 1));
            // any moment will do: this is no waiting for a condition
            TimeUnit.MILLISECONDS.sleep(random.nextInt(MOST_MILLIS_OF_A_ROUND));
            Event event = next();
            events.merge(event, 1, Integer::sum);
            resumeThoseWhoseTimeHasCome();
            make(event);
        }
        for (ChildProcess worker : List.copyOf(suspended.keySet())) {
            resume(worker);
        }
        for (ChildProcess worker : List.copyOf(full.keySet())) {
            clearDisk(worker);
        }
        if (proxy.isEmpty()) {
            registryComesOrGoes();
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
            case WORKER_SUSPENDED -> {
                if (!suspended.containsKey(worker) && worker.isAlive()) {
                    worker.suspend();
                    suspended.put(worker, 1 + random.nextInt(MOST_ROUNDS_SUSPENDED));
                }
            }
            case DISK_FULL -> {
                if (worker.isAlive()) {
                    worker.fillDisk();
                    full.put(worker, 1 + random.nextInt(MOST_ROUNDS_FULL));
                }
            }
            case REGISTRY_COMES_OR_GOES -> registryComesOrGoes();
            case WORKER_KILLED -> {
                suspended.remove(worker);
                full.remove(worker);
                worker.kill();
                worker.startAgain();
            }
            case WORKER_STOPPED -> {
                resume(worker);
                full.remove(worker);
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

    private void resumeThoseWhoseTimeHasCome() throws IOException, InterruptedException {
        for (ChildProcess worker : List.copyOf(suspended.keySet())) {
            if (suspended.merge(worker, -1, Integer::sum) <= 0) {
                resume(worker);
            }
        }
        for (ChildProcess worker : List.copyOf(full.keySet())) {
            if (full.merge(worker, -1, Integer::sum) <= 0) {
                clearDisk(worker);
            }
        }
    }

    private void clearDisk(ChildProcess worker) throws IOException, InterruptedException {
        if (full.remove(worker) != null && worker.isAlive()) {
            worker.clearDisk();
        }
    }

    private void resume(ChildProcess worker) throws IOException, InterruptedException {
        if (suspended.remove(worker) != null) {
            worker.resume();
        }
    }

    /** Workers that start while it is away wait for it. */
    private void registryComesOrGoes() throws IOException {
        if (proxy.isPresent()) {
            proxy.get().close();
            proxy = Optional.empty();
        } else {
            proxy = Optional.of(RegistryProxy.start(registryPort, registry));
        }
    }

    private void sendDamaged(int count) throws InterruptedException {
        try (var producer = kafka.producer(Map.of())) {
            for (int i = 0; i < count; i++) {
                var record = hostile.next(SAMPLING_REQUESTS);
                var place = producer.send(record).get();
                damaged.put(place.partition() + "@" + place.offset(), isUnreadable(record.value()));
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Known schema or not: here a registry answers that never goes. */
    private boolean isUnreadable(byte[] value) throws InterruptedException {
        var direct = new KafkaConfig(kafka.properties(), registry, kafka.prefix());
        try {
            new Schemas(direct).serde(SAMPLING_REQUESTS).decode(value);
            return false;
        } catch (UnreadableRecordException e) {
            return true;
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
        Map<String, Long> deadLetters = deadLetters();
        List<SampleOutcome> ended = outcomes();
        Map<String, Integer> outcomes = new HashMap<>();
        Map<String, Integer> promised = new HashMap<>();
        int lost = 0;
        for (SampleOutcome outcome : ended) {
            if (!asked.containsKey(outcome.getRequestId())) {
                continue; // of a damaged record
            }
            outcomes.merge(outcome.getRequestId(), 1, Integer::sum);
            promised.put(outcome.getRequestId(), outcome.getImages());
            lost += outcome.getStatus() == SampleStatus.COMPLETED ? 0 : 1;
        }
        int repeated = outcomes.values().stream().mapToInt(count -> count - 1).sum();
        Map<String, String> expected = expectedDigests();
        Set<String> seen = new HashSet<>();
        int altered = 0;
        int images = 0;
        int withoutOutcome = 0;
        var imageSerde = schemas.serde(SAMPLING_IMAGES);
        try (var store = ArtifactStores.open(artifacts().toUri());
                var reader = new TopicReader(kafka, kafka.name(SAMPLING_IMAGES))) {
            for (ConsumerRecord<String, byte[]> record : reader.toEnd()) {
                GeneratedImage image = imageSerde.decode(record.value());
                String name = image.getRequestId() + "/" + image.getIndex();
                images++;
                repeated += seen.add(name) ? 0 : 1;
                String digest = ArtifactId.of(bytes(image, store)).hex();
                altered += digest.equals(expected.get(name)) ? 0 : 1;
                withoutOutcome += outcomes.containsKey(image.getRequestId()) ? 0 : 1;
                promised.merge(image.getRequestId(), -1, Integer::sum);
            }
        }
        lost += expected.size() - seen.size();
        int withoutImages = (int) promised.values().stream().filter(left -> left > 0).count();
        Map<String, Integer> named = new TreeMap<>();
        events.forEach((event, count) -> named.put(event.name(), count));
        return new Verdict(
                asked.size(),
                images,
                damaged.size(),
                lost,
                repeated,
                altered,
                withoutOutcome,
                withoutImages,
                badEnds(deadLetters),
                named);
    }

    /** By partition and offset, once every damaged record that cannot be read has one. */
    private Map<String, Long> deadLetters() {
        try (var reader = new TopicReader(kafka, kafka.name(SAMPLING_REQUESTS) + ".dead")) {
            reader.until(
                    records -> {
                        var places =
                                records.stream()
                                        .map(ExactlyOnceTrial::origin)
                                        .collect(Collectors.toSet());
                        return damaged.entrySet().stream()
                                .allMatch(e -> !e.getValue() || places.contains(e.getKey()));
                    });
            return reader.toEnd().stream()
                    .collect(
                            Collectors.groupingBy(ExactlyOnceTrial::origin, Collectors.counting()));
        }
    }

    private static String origin(ConsumerRecord<String, byte[]> dead) {
        return text(dead, DeadLetters.PARTITION) + "@" + text(dead, DeadLetters.OFFSET);
    }

    private static String text(ConsumerRecord<String, byte[]> record, String header) {
        return new String(record.headers().lastHeader(header).value(), StandardCharsets.UTF_8);
    }

    private int badEnds(Map<String, Long> deadLetters) {
        int bad = 0;
        for (var record : damaged.entrySet()) {
            long letters = deadLetters.getOrDefault(record.getKey(), 0L);
            bad += letters > 1 || record.getValue() && letters == 0 ? 1 : 0;
        }
        return bad;
    }

    /** Once every request has one. */
    private List<SampleOutcome> outcomes() throws InterruptedException {
        var serde = schemas.serde(SAMPLING_OUTCOMES);
        try (var reader = new TopicReader(kafka, kafka.name(SAMPLING_OUTCOMES))) {
            reader.until(
                    records ->
                            records.stream()
                                    .map(ConsumerRecord::key)
                                    .collect(Collectors.toSet())
                                    .containsAll(asked.keySet()));
            return reader.toEnd().stream().map(record -> serde.decode(record.value())).toList();
        }
    }

    private static byte[] bytes(GeneratedImage image, ArtifactStore store) {
        if (image.getBytes() == null) {
            return store.get(new ArtifactId(image.getArtifact()));
        }
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
            var picture = new Picture(image.pixels(), size, size);
            byte[] file = ImageFile.of(picture, channels, ImageFormat.FLOAT32, Map.of());
            digests.put(image.owner(), ArtifactId.of(file).hex());
        }
    }

    @Override
    public void close() {
        workers.forEach(ChildProcess::close);
        guest.close();
        broker.close();
        proxy.ifPresent(RegistryProxy::close);
    }
}
