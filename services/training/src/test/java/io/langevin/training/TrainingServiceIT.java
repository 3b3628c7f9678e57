package io.langevin.training;

import static io.langevin.messaging.Topics.JOB_STATES;
import static io.langevin.messaging.Topics.RUN_ORDERS;
import static io.langevin.messaging.Topics.TRAINING_JOBS;
import static io.langevin.messaging.Topics.TRAINING_PROGRESS;
import static io.langevin.messaging.Topics.TRAINING_RESULTS;
import static org.assertj.core.api.Assertions.assertThat;

import io.langevin.artifacts.ArtifactId;
import io.langevin.artifacts.ArtifactStore;
import io.langevin.artifacts.ArtifactStores;
import io.langevin.datasets.DatasetRoots;
import io.langevin.datasets.ImageDataset;
import io.langevin.datasets.ImageShape;
import io.langevin.messaging.KafkaConfig;
import io.langevin.messaging.KafkaEnvironment;
import io.langevin.messaging.RecordWriter;
import io.langevin.messaging.Schemas;
import io.langevin.messaging.TopicReader;
import io.langevin.messaging.queue.JobLocks;
import io.langevin.noise.NoiseSchedule;
import io.langevin.process.RunningService;
import io.langevin.records.Candidate;
import io.langevin.records.JobKind;
import io.langevin.records.JobStage;
import io.langevin.records.JobState;
import io.langevin.records.JobStatus;
import io.langevin.records.NetworkParameters;
import io.langevin.records.Precision;
import io.langevin.records.RunOrder;
import io.langevin.records.TrainingJob;
import io.langevin.records.TrainingParameters;
import io.langevin.records.TrainingProgress;
import io.langevin.records.TrainingResult;
import io.langevin.score.Checkpoint;
import io.langevin.score.NetworkArchitecture;
import io.langevin.score.NetworkArchitecture.Family;
import io.langevin.score.ParameterLayout;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import javax.imageio.ImageIO;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 15, unit = TimeUnit.MINUTES) // only against a hang
class TrainingServiceIT {
    private static final Path DATASETS = Path.of("../local/bundled/datasets");
    private static final int ITERATIONS = 400;

    @TempDir Path folder;

    /** A stopped worker's weights are the ones it would have had, wherever the job goes on. */
    @Test
    void a_training_goes_on_elsewhere_from_its_last_snapshot_to_the_same_weights()
            throws Exception {
        KafkaConfig kafka = KafkaEnvironment.fresh();
        TrainingResult interrupted;
        RunningService first = service(kafka);
        TrainingJob job = job(UUID.randomUUID().toString());
        ask(kafka, job);
        TrainingProgress snapshot = firstSnapshot(kafka, job.getRunId());
        first.close();
        RunningService second = service(kafka);
        try {
            interrupted = result(kafka, job.getRunId());
            TrainingJob whole =
                    TrainingJob.newBuilder(job).setRunId(UUID.randomUUID().toString()).build();
            ask(kafka, whole);

            assertThat(snapshot.getIteration()).isLessThan(ITERATIONS);
            assertThat(snapshot.getDevice()).isEqualTo("cpu");
            assertThat(snapshot.getPrecision()).isEqualTo(Precision.FLOAT32);
            assertThat(interrupted.getIterations()).isEqualTo(ITERATIONS);
            assertThat(progressAfterResuming(kafka, job.getRunId(), snapshot)).isTrue();
            TrainingResult uninterrupted = result(kafka, whole.getRunId());
            assertThat(weights(interrupted)).isEqualTo(weights(uninterrupted));
            assertThat(interrupted.getCandidates())
                    .extracting(Candidate::getIteration)
                    .containsExactly(100, 200, 300, ITERATIONS);
            assertThat(interrupted.getCandidates())
                    .extracting(Candidate::getHeldOutLoss)
                    .doesNotContainNull()
                    .isEqualTo(
                            uninterrupted.getCandidates().stream()
                                    .map(Candidate::getHeldOutLoss)
                                    .toList());
        } finally {
            second.close();
        }
    }

    /** As many orderly stops as there are attempts, each before a snapshot is due. */
    @Test
    void a_training_that_is_stopped_again_and_again_goes_on_from_where_it_was() throws Exception {
        KafkaConfig kafka = KafkaEnvironment.fresh();
        TrainingJob job =
                TrainingJob.newBuilder(job(UUID.randomUUID().toString()))
                        .setTraining(
                                TrainingParameters.newBuilder()
                                        .setIterations(1_000_000)
                                        .setMaximumSeconds(20)
                                        .setBatchSize(8)
                                        .setLearningRate(1e-3)
                                        .setSnapshotSeconds(3_600)
                                        .build())
                        .build();
        ask(kafka, job);
        int iteration = 0;
        for (int stop = 0; stop < 6; stop++) {
            RunningService service = service(kafka);
            iteration = progressAfter(kafka, job.getRunId(), iteration);
            service.close();
        }
        RunningService last = service(kafka);
        try {
            assertThat(result(kafka, job.getRunId()).getIterations()).isGreaterThan(iteration);
        } finally {
            last.close();
        }
    }

    /** The last iteration that is reported, once one beyond the given one is. */
    private static int progressAfter(KafkaConfig kafka, String runId, int iteration)
            throws InterruptedException {
        var serde = new Schemas(kafka).serde(TRAINING_PROGRESS);
        try (var reader = new TopicReader(kafka, kafka.name(TRAINING_PROGRESS))) {
            return reader
                    .until(
                            records ->
                                    records.stream()
                                            .map(r -> serde.decode(r.value()))
                                            .anyMatch(p -> p.getIteration() > iteration))
                    .stream()
                    .map(r -> serde.decode(r.value()))
                    .mapToInt(TrainingProgress::getIteration)
                    .max()
                    .orElseThrow();
        }
    }

    @Test
    void a_damaged_snapshot_costs_no_more_than_the_time_since_the_one_before_it() throws Exception {
        KafkaConfig kafka = KafkaEnvironment.fresh();
        TrainingJob job = job(UUID.randomUUID().toString());
        ask(kafka, job);
        RunningService first = service(kafka);
        TrainingProgress snapshot = firstSnapshot(kafka, job.getRunId());
        first.close(); // takes another one
        String newest = newestSnapshot(kafka);
        assertThat(newest).isNotEqualTo(snapshot.getSnapshot());
        Path blob = folder.resolve(newest.substring(0, 2)).resolve(newest);
        byte[] damaged = Files.readAllBytes(blob);
        damaged[damaged.length / 2] ^= 1;
        Files.write(blob, damaged);

        RunningService second = service(kafka);
        try {
            assertThat(result(kafka, job.getRunId()).getIterations()).isEqualTo(ITERATIONS);
            assertThat(progressAfterResuming(kafka, job.getRunId(), snapshot)).isTrue();
        } finally {
            second.close();
        }
    }

    /** Weights that no step size makes good: half of it is tried once. */
    @Test
    void a_training_that_diverges_twice_fails_with_the_remedy() throws Exception {
        KafkaConfig kafka = KafkaEnvironment.fresh();
        var architecture = new NetworkArchitecture(Family.BASE, 4, 1, 8, 0);
        float[] weights = new float[ParameterLayout.of(architecture).size()];
        Arrays.fill(weights, 1e30f);
        ArtifactId start;
        try (ArtifactStore store = ArtifactStores.open(folder.toUri())) {
            start =
                    store.put(
                            new Checkpoint(
                                            architecture,
                                            new NoiseSchedule(List.of(1.0, 0.1)),
                                            1,
                                            1e-5,
                                            true,
                                            "",
                                            Optional.empty(),
                                            weights,
                                            Map.of())
                                    .bytes());
        }
        TrainingJob job = job(UUID.randomUUID().toString());
        job =
                TrainingJob.newBuilder(job)
                        .setTraining(
                                TrainingParameters.newBuilder(job.getTraining())
                                        .setStartFrom(start.hex())
                                        .build())
                        .build();
        String id = job.getRunId();
        ask(kafka, job);
        RunningService service = service(kafka);
        try (var reader = new TopicReader(kafka, kafka.name(TRAINING_RESULTS))) {
            var serde = new Schemas(kafka).serde(TRAINING_RESULTS);
            TrainingResult result =
                    serde.decode(
                            reader.until(
                                            records ->
                                                    records.stream()
                                                            .anyMatch(r -> id.equals(r.key())))
                                    .get(0)
                                    .value());
            assertThat(result.getStatus()).isEqualTo(JobStatus.FAILED);
            assertThat(result.getReason())
                    .startsWith("training diverged: the loss is ")
                    .endsWith("also with half the step size; lower learningRate");
        } finally {
            service.close();
        }
    }

    private static String newestSnapshot(KafkaConfig kafka) throws InterruptedException {
        var serde = new Schemas(kafka).serde(TRAINING_PROGRESS);
        try (var reader = new TopicReader(kafka, kafka.name(TRAINING_PROGRESS))) {
            return reader.toEnd().stream()
                    .map(r -> serde.decode(r.value()).getSnapshot())
                    .filter(id -> id != null)
                    .reduce((a, b) -> b)
                    .orElseThrow();
        }
    }

    /** A disk that is mounted a moment after the worker has started. */
    @Test
    void a_data_set_that_is_away_is_waited_for() throws Exception {
        KafkaConfig kafka = KafkaEnvironment.fresh();
        Path noise = noise(8);
        TrainingJob job =
                TrainingJob.newBuilder(job(UUID.randomUUID().toString()))
                        .setDataset("noise")
                        .setDatasetFingerprint(fingerprint(noise, 8))
                        .setTraining(
                                TrainingParameters.newBuilder()
                                        .setIterations(1)
                                        .setBatchSize(1)
                                        .build())
                        .build();
        Path away = folder.resolve("unmounted");
        Files.move(noise, away);
        RunningService service = service(kafka);
        try {
            ask(kafka, job);
            TimeUnit.SECONDS.sleep(3); // the worker has looked for it by now
            Files.move(away, noise);

            assertThat(result(kafka, job.getRunId()).getIterations()).isEqualTo(1);
        } finally {
            service.close();
        }
    }

    /** 72 pixels are more than the smallest network is for. */
    @Test
    void a_job_that_names_no_network_gets_the_one_for_its_image_size() throws Exception {
        KafkaConfig kafka = KafkaEnvironment.fresh();
        TrainingJob large =
                TrainingJob.newBuilder(job(UUID.randomUUID().toString()))
                        .setDataset("noise")
                        .setDatasetFingerprint(fingerprint(noise(72), 72))
                        .setImageSize(72)
                        .setTraining(
                                TrainingParameters.newBuilder()
                                        .setIterations(1)
                                        .setBatchSize(1)
                                        .build())
                        .build();
        RunningService service = service(kafka);
        try {
            ask(kafka, large);

            TrainingResult result = result(kafka, large.getRunId());

            assertThat(checkpoint(result).architecture().family()).isEqualTo(Family.DEEPER);
        } finally {
            service.close();
        }
    }

    /** A data set of two pictures. */
    private Path noise(int size) throws IOException {
        Path noise = Files.createDirectories(datasets().resolve("noise"));
        var random = new Random(1);
        for (int n = 0; n < 2; n++) {
            var image = new BufferedImage(size, size, BufferedImage.TYPE_BYTE_GRAY);
            for (int k = 0; k < size * size; k++) {
                image.getRaster().setSample(k % size, k / size, 0, random.nextInt(256));
            }
            ImageIO.write(image, "png", noise.resolve(n + ".png").toFile());
        }
        return noise;
    }

    private Path datasets() throws IOException {
        return Files.createDirectories(folder.resolve("datasets"));
    }

    private RunningService service(KafkaConfig kafka) throws InterruptedException, IOException {
        return TrainingService.start(
                new TrainingConfig(
                        kafka,
                        new DatasetRoots(List.of(DATASETS, datasets())),
                        folder.toUri(),
                        "cpu",
                        new JobLocks(Duration.ofSeconds(15), 5)),
                new SimpleMeterRegistry());
    }

    private static TrainingJob job(String runId) {
        return TrainingJob.newBuilder()
                .setRunId(runId)
                .setModel("m")
                .setDataset("fashion")
                .setDatasetFingerprint(fingerprint(DATASETS.resolve("fashion"), 8))
                .setImageSize(8)
                .setChannels(1)
                .setNetwork(NetworkParameters.newBuilder().setNgf(4).build())
                .setTraining(
                        TrainingParameters.newBuilder()
                                .setIterations(ITERATIONS)
                                .setBatchSize(8)
                                .setLearningRate(1e-3)
                                .setSnapshotSeconds(1)
                                .build())
                .setSigmas(List.of(5.0, 1.0, 0.2))
                .setStepsPerLevel(2)
                .setEpsilon(1e-3)
                .setScheduleId("s")
                .build();
    }

    private static String fingerprint(Path dataset, int size) {
        return ImageDataset.read(dataset, new ImageShape(size, 1)).fingerprint();
    }

    private static void ask(KafkaConfig kafka, TrainingJob job) throws InterruptedException {
        try (var writer = RecordWriter.open(kafka, new Schemas(kafka), TRAINING_JOBS, "test")) {
            writer.write(job.getRunId(), job);
        }
    }

    private static TrainingProgress firstSnapshot(KafkaConfig kafka, String runId)
            throws InterruptedException {
        var serde = new Schemas(kafka).serde(TRAINING_PROGRESS);
        try (var reader = new TopicReader(kafka, kafka.name(TRAINING_PROGRESS))) {
            return reader
                    .until(
                            records ->
                                    records.stream()
                                            .map(r -> serde.decode(r.value()))
                                            .anyMatch(p -> p.getSnapshot() != null))
                    .stream()
                    .map(r -> serde.decode(r.value()))
                    .filter(p -> p.getSnapshot() != null && p.getRunId().equals(runId))
                    .findFirst()
                    .orElseThrow();
        }
    }

    /** The second worker did not begin anew: it never reported a step before the snapshot's. */
    private static boolean progressAfterResuming(
            KafkaConfig kafka, String runId, TrainingProgress snapshot)
            throws InterruptedException {
        var serde = new Schemas(kafka).serde(TRAINING_PROGRESS);
        try (var reader = new TopicReader(kafka, kafka.name(TRAINING_PROGRESS))) {
            return reader.toEnd().stream()
                    .map(r -> serde.decode(r.value()))
                    .filter(p -> p.getRunId().equals(runId))
                    .filter(p -> p.getMeasuredAt().isAfter(snapshot.getMeasuredAt()))
                    .allMatch(p -> p.getIteration() > snapshot.getIteration());
        }
    }

    private static TrainingResult result(KafkaConfig kafka, String runId)
            throws InterruptedException {
        var serde = new Schemas(kafka).serde(TRAINING_RESULTS);
        try (var reader = new TopicReader(kafka, kafka.name(TRAINING_RESULTS))) {
            TrainingResult result =
                    reader
                            .until(records -> records.stream().anyMatch(r -> runId.equals(r.key())))
                            .stream()
                            .filter(r -> runId.equals(r.key()))
                            .map(r -> serde.decode(r.value()))
                            .findFirst()
                            .orElseThrow();
            assertThat(result.getReason()).isEmpty();
            assertThat(result.getStatus()).isEqualTo(JobStatus.COMPLETED);
            return result;
        }
    }

    /** The worker is free meanwhile, and the pause does not show in the weights. */
    @Test
    void a_paused_training_lets_others_go_first_and_comes_to_the_same_weights() throws Exception {
        KafkaConfig kafka = KafkaEnvironment.fresh();
        RunningService service = service(kafka);
        try {
            TrainingJob job = longJob();
            ask(kafka, job);
            firstSnapshot(kafka, job.getRunId());
            order(kafka, job.getRunId(), true);
            TrainingResult paused = results(kafka, job.getRunId(), 1).get(0);
            assertThat(paused.getStatus()).isEqualTo(JobStatus.PAUSED);
            assertThat(paused.getReason()).matches("paused after \\d+ iterations");
            assertThat(paused.getSnapshot()).isNotNull();

            TrainingJob whole =
                    TrainingJob.newBuilder(job).setRunId(UUID.randomUUID().toString()).build();
            ask(kafka, whole);
            TrainingResult uninterrupted = result(kafka, whole.getRunId());

            ask(kafka, TrainingJob.newBuilder(job).setRound(1).build());
            TrainingResult still = results(kafka, job.getRunId(), 2).get(1);
            assertThat(still.getStatus()).isEqualTo(JobStatus.PAUSED);
            assertThat(still.getRound()).isEqualTo(1);

            order(kafka, job.getRunId(), false);
            TrainingResult resumed = still;
            // the worker may hear of its next job before it hears of the order, as the workflow may
            for (int round = 2; resumed.getStatus() == JobStatus.PAUSED; round++) {
                ask(kafka, TrainingJob.newBuilder(job).setRound(round).build());
                resumed = results(kafka, job.getRunId(), round + 1).get(round);
                assertThat(resumed.getRound()).isEqualTo(round);
            }
            assertThat(resumed.getStatus()).isEqualTo(JobStatus.COMPLETED);
            assertThat(weights(resumed)).isEqualTo(weights(uninterrupted));
        } finally {
            service.close();
        }
    }

    /** One so long that an order comes before its end. */
    private static TrainingJob longJob() {
        TrainingJob usual = job(UUID.randomUUID().toString());
        return TrainingJob.newBuilder(usual)
                .setTraining(
                        TrainingParameters.newBuilder(usual.getTraining())
                                .setIterations(4 * ITERATIONS)
                                .build())
                .build();
    }

    @Test
    void a_run_that_is_raised_is_trained_before_the_others_that_wait() throws Exception {
        KafkaConfig kafka = KafkaEnvironment.fresh();
        RunningService service = service(kafka);
        try {
            List<TrainingJob> jobs = new ArrayList<>(List.of(longJob()));
            for (int i = 1; i < 4; i++) {
                jobs.add(job(UUID.randomUUID().toString()));
            }
            for (TrainingJob job : jobs) {
                ask(kafka, job);
            }
            String raised = jobs.get(3).getRunId();
            try (var states = RecordWriter.open(kafka, new Schemas(kafka), JOB_STATES, "test");
                    var orders = RecordWriter.open(kafka, new Schemas(kafka), RUN_ORDERS, "test")) {
                states.write(raised, waiting(raised));
                orders.write(raised, new RunOrder(raised, false, "", Instant.now(), true));
                result(kafka, raised);
                JobState ended =
                        JobState.newBuilder(waiting(raised)).setStage(JobStage.COMPLETED).build();
                states.write(raised, ended);
            }
            for (TrainingJob job : jobs) {
                result(kafka, job.getRunId());
            }
            List<String> order = order(kafka);
            assertThat(order).hasSize(4).startsWith(jobs.get(0).getRunId(), raised);
        } finally {
            service.close();
        }
    }

    private static JobState waiting(String runId) {
        return JobState.newBuilder()
                .setId(runId)
                .setKind(JobKind.RETRAINING)
                .setStage(JobStage.WAITING)
                .setModel("m")
                .setRequestedAt(Instant.now())
                .setUpdatedAt(Instant.now())
                .build();
    }

    /** The runs in the order of their results. */
    private static List<String> order(KafkaConfig kafka) throws InterruptedException {
        try (var reader = new TopicReader(kafka, kafka.name(TRAINING_RESULTS))) {
            return reader.toEnd().stream().map(ConsumerRecord::key).toList();
        }
    }

    private static void order(KafkaConfig kafka, String runId, boolean paused)
            throws InterruptedException {
        try (var writer = RecordWriter.open(kafka, new Schemas(kafka), RUN_ORDERS, "test")) {
            writer.write(runId, new RunOrder(runId, paused, "", Instant.now(), false));
        }
    }

    /** All results of a run, once there are so many. */
    private static List<TrainingResult> results(KafkaConfig kafka, String runId, int count)
            throws InterruptedException {
        var serde = new Schemas(kafka).serde(TRAINING_RESULTS);
        try (var reader = new TopicReader(kafka, kafka.name(TRAINING_RESULTS))) {
            return reader
                    .until(
                            records ->
                                    records.stream().filter(r -> runId.equals(r.key())).count()
                                            >= count)
                    .stream()
                    .filter(r -> runId.equals(r.key()))
                    .map(r -> serde.decode(r.value()))
                    .toList();
        }
    }

    private float[] weights(TrainingResult result) {
        return checkpoint(result).weights();
    }

    private Checkpoint checkpoint(TrainingResult result) {
        try (ArtifactStore store = ArtifactStores.open(folder.toUri())) {
            List<Candidate> candidates = result.getCandidates();
            String last = candidates.get(candidates.size() - 1).getCheckpoint();
            ArtifactId id = new ArtifactId(last);
            return Checkpoint.parse(store.get(id));
        }
    }
}
