package io.langevin.publishing;

import static io.langevin.messaging.Topics.PUBLISHING_IMPORTS;
import static io.langevin.messaging.Topics.PUBLISHING_JOBS;
import static io.langevin.messaging.Topics.PUBLISHING_RESULTS;
import static io.langevin.messaging.Topics.SAMPLING_REQUESTS;
import static org.assertj.core.api.Assertions.assertThat;

import io.langevin.artifacts.ArtifactId;
import io.langevin.artifacts.ArtifactStores;
import io.langevin.datasets.DatasetRoots;
import io.langevin.datasets.ImageDataset;
import io.langevin.datasets.ImageShape;
import io.langevin.messaging.KafkaConfig;
import io.langevin.messaging.KafkaEnvironment;
import io.langevin.messaging.RecordWriter;
import io.langevin.messaging.Schemas;
import io.langevin.messaging.Topic;
import io.langevin.messaging.TopicReader;
import io.langevin.messaging.queue.JobLocks;
import io.langevin.records.Candidate;
import io.langevin.records.JobStatus;
import io.langevin.records.JudgingData;
import io.langevin.records.PublishingJob;
import io.langevin.records.PublishingResult;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is not judged does not wait for what is. */
@Timeout(value = 10, unit = TimeUnit.MINUTES) // only against a hang
class ImportsIT {
    private static final Path BUNDLED = Path.of("../local/bundled");
    private static final int SIDE = 16;

    @TempDir Path folder;

    @Test
    void a_checkpoint_is_published_while_a_run_waits_for_images_to_be_judged_by() throws Exception {
        KafkaConfig kafka = KafkaEnvironment.fresh();
        var config =
                new PublishingConfig(
                        kafka,
                        new DatasetRoots(List.of(BUNDLED.resolve("datasets"))),
                        folder.toUri(),
                        Optional.empty(),
                        "cpu",
                        new JobLocks(Duration.ofSeconds(5), 3));
        ArtifactId checkpoint;
        try (var store = ArtifactStores.open(folder.toUri())) {
            checkpoint = store.put(Files.readAllBytes(bundled()));
        }
        try (var service = PublishingService.start(config, new SimpleMeterRegistry())) {
            assertThat(service).isNotNull();
            PublishingJob judged = job(checkpoint).setData(data()).build();
            write(kafka, PUBLISHING_JOBS, judged);
            try (var asked = new TopicReader(kafka, kafka.name(SAMPLING_REQUESTS))) {
                asked.untilCount(1); // nobody makes the images
            }

            PublishingJob imported = job(checkpoint).build();
            write(kafka, PUBLISHING_IMPORTS, imported);
            PublishingResult result = result(kafka, imported.getRunId());
            assertThat(result.getReason()).isEmpty();
            assertThat(result.getStatus()).isEqualTo(JobStatus.COMPLETED);

            PublishingJob wrong = job(checkpoint).setData(data()).build();
            write(kafka, PUBLISHING_IMPORTS, wrong);
            assertThat(result(kafka, wrong.getRunId()).getReason())
                    .isEqualTo("data: must be none on publishing.imports, not some");
            try (var results = new TopicReader(kafka, kafka.name(PUBLISHING_RESULTS))) {
                assertThat(results.toEnd())
                        .as("the judged run still waits")
                        .noneMatch(r -> judged.getRunId().equals(r.key()));
            }
        }
    }

    private static Path bundled() throws Exception {
        try (var files = Files.list(BUNDLED.resolve("models"))) {
            return files.filter(file -> file.toString().endsWith(".safetensors"))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private static JudgingData data() {
        var data = ImageDataset.read(BUNDLED.resolve("datasets/fashion"), new ImageShape(SIDE, 1));
        return JudgingData.newBuilder()
                .setDataset("fashion")
                .setDatasetFingerprint(data.fingerprint())
                .setImageSize(SIDE)
                .setChannels(1)
                .setHeldOut(0)
                .build();
    }

    private static PublishingJob.Builder job(ArtifactId checkpoint) {
        return PublishingJob.newBuilder()
                .setRunId(UUID.randomUUID().toString())
                .setModel("m")
                .setCandidates(List.of(new Candidate(checkpoint.hex(), 1, 1.0, null)));
    }

    private static void write(KafkaConfig kafka, Topic<PublishingJob> topic, PublishingJob job)
            throws InterruptedException {
        try (var writer = RecordWriter.open(kafka, new Schemas(kafka), topic, "test")) {
            writer.write(job.getRunId(), job);
        }
    }

    private static PublishingResult result(KafkaConfig kafka, String runId)
            throws InterruptedException {
        var serde = new Schemas(kafka).serde(PUBLISHING_RESULTS);
        try (var reader = new TopicReader(kafka, kafka.name(PUBLISHING_RESULTS))) {
            return reader
                    .until(records -> records.stream().anyMatch(r -> runId.equals(r.key())))
                    .stream()
                    .filter(r -> runId.equals(r.key()))
                    .map(r -> serde.decode(r.value()))
                    .findFirst()
                    .orElseThrow();
        }
    }
}
