package io.langevin.schedule;

import static io.langevin.messaging.Topics.DATASETS_IMAGES;
import static io.langevin.messaging.Topics.DATASETS_STATES;
import static io.langevin.messaging.Topics.SCHEDULE_JOBS;
import static io.langevin.messaging.Topics.SCHEDULE_RESULTS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.langevin.artifacts.ArtifactId;
import io.langevin.artifacts.ArtifactStore;
import io.langevin.artifacts.ArtifactStores;
import io.langevin.datasets.DatasetRoots;
import io.langevin.messaging.DeadLetters;
import io.langevin.messaging.KafkaConfig;
import io.langevin.messaging.KafkaEnvironment;
import io.langevin.messaging.RecordWriter;
import io.langevin.messaging.Schemas;
import io.langevin.messaging.Topic;
import io.langevin.messaging.TopicReader;
import io.langevin.messaging.queue.JobLocks;
import io.langevin.process.RunningService;
import io.langevin.records.DatasetImage;
import io.langevin.records.DatasetState;
import io.langevin.records.JobStatus;
import io.langevin.records.ScheduleJob;
import io.langevin.records.ScheduleResult;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import javax.imageio.ImageIO;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A data set may be a topic: every image counts once, and a range of offsets is a version. */
@Timeout(value = 10, unit = TimeUnit.MINUTES) // only against a hang
class DatasetGathererIT {
    private static final int SIDE = 8;

    @TempDir Path folder;
    private KafkaConfig kafka;
    private Schemas schemas;
    private ArtifactStore store;
    private RunningService service;

    @BeforeEach
    void begin() throws InterruptedException {
        kafka = KafkaEnvironment.fresh();
        schemas = new Schemas(kafka);
        store = ArtifactStores.open(folder.toUri());
        start();
    }

    private void start() throws InterruptedException {
        var config =
                new ScheduleConfig(
                        kafka,
                        new DatasetRoots(List.of(folder)),
                        folder.toUri(),
                        new JobLocks(Duration.ofSeconds(2), 3));
        service = ScheduleService.start(config, new SimpleMeterRegistry());
    }

    @AfterEach
    void end() {
        service.close();
        store.close();
    }

    @Test
    void every_image_counts_once_and_what_is_none_is_a_dead_letter_also_after_a_restart()
            throws Exception {
        add("flowers", png(0), null);
        add("flowers", null, store.put(png(255)).hex());
        add("flowers", "no image".getBytes(StandardCharsets.UTF_8), null);
        add("flowers", null, ArtifactId.of(new byte[] {1}).hex());
        add("flowers", damaged("header.bmp"), null);
        add("flowers", damaged("strip-lengths.tiff"), null);
        add("others", png(3), null);
        send("others", encoded(image("flowers", png(9), null)));
        send("flowers", new byte[] {1, 2, 3});
        add("flowers", png(128), null);

        DatasetState state = awaitState("flowers", 3);
        assertThat(state.getRefused()).isEqualTo(5);
        assertThat(state.getChannels()).isEqualTo(1);
        assertThat(state.getImageSize()).isEqualTo(SIDE);
        assertThat(state.getMaximumDistance()).isCloseTo(SIDE, within(1e-9));
        assertThat(reasons())
                .hasSize(6)
                .anyMatch(reason -> reason.startsWith("bytes: must be an image file"))
                .anyMatch(reason -> reason.startsWith("artifact: artifact 4bf5122f"))
                .anyMatch(
                        reason ->
                                reason.equals(
                                        "dataset: must equal the key of its record, not flowers"))
                .anyMatch(reason -> reason.startsWith("value: must start with a zero byte"));

        service.close();
        start();
        add("flowers", png(77), null);

        DatasetState later = awaitState("flowers", 4);
        assertThat(later.getRefused()).isEqualTo(5);
        assertThat(later.getBeginOffset()).isEqualTo(state.getBeginOffset());
        assertThat(later.getMaximumDistance()).isCloseTo(SIDE, within(1e-9));
        assertThat(reasons()).hasSize(6);
    }

    @Test
    void a_schedule_names_the_range_it_was_made_from_and_a_range_stays_what_it_was()
            throws Exception {
        add("others", png(1), null);
        add("flowers", png(0), null);
        add("flowers", png(255), null);
        add("flowers", damaged("strip-lengths.tiff"), null);
        uncommitted("flowers", png(5));
        awaitState("flowers", 2);

        ScheduleResult first = schedule("topic:flowers");
        assertThat(first.getReason()).isEmpty();
        assertThat(first.getImages()).isEqualTo(2);
        assertThat(first.getMaximumDistance()).isCloseTo(SIDE, within(1e-5));
        assertThat(first.getDataset()).matches("topic:flowers@1-\\d+");
        assertThat(first.getSkippedImages()).isEqualTo(1);
        assertThat(first.getLeftOut()).singleElement().asString().startsWith("1 not usable");

        add("flowers", png(100), null);
        awaitState("flowers", 3);
        assertThat(schedule("topic:flowers").getImages()).isEqualTo(3);
        assertThat(schedule(first.getDataset()).getDatasetFingerprint())
                .isEqualTo(first.getDatasetFingerprint());

        deleteRecordsBefore(1); // those of another data set
        assertThat(schedule(first.getDataset()).getDatasetFingerprint())
                .isEqualTo(first.getDatasetFingerprint());
        deleteRecordsBefore(2);
        assertThat(schedule(first.getDataset()).getReason())
                .contains("must begin at 2 or later, where the oldest record is");
    }

    @Test
    void a_data_set_that_is_not_there_or_not_yet_or_misnamed_ends_its_job_with_the_rule()
            throws Exception {
        add("flowers", png(0), null);
        awaitState("flowers", 1);

        assertThat(schedule("topic:nobody").getReason())
                .contains("must hold at least one image, but holds none");
        assertThat(schedule("topic:flowers@0-1000").getReason())
                .contains("topic:flowers@0-1000 must end at 1 or before");
        assertThat(schedule("topic:flowers@7-7").getReason()).contains("must end behind its begin");
        assertThat(schedule("topic:../flowers").getReason())
                .contains("must be topic:NAME or topic:NAME@BEGIN-END");
    }

    private void deleteRecordsBefore(long offset) throws Exception {
        var partition = new TopicPartition(kafka.name(DATASETS_IMAGES), 0);
        try (Admin admin = kafka.admin()) {
            admin.deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(offset)))
                    .all()
                    .get();
        }
    }

    private ScheduleResult schedule(String dataset) throws InterruptedException {
        String run = UUID.randomUUID().toString();
        try (var writer = RecordWriter.open(kafka, schemas, SCHEDULE_JOBS, "test")) {
            writer.write(
                    run,
                    ScheduleJob.newBuilder()
                            .setRunId(run)
                            .setDataset(dataset)
                            .setImageSize(SIDE)
                            .build());
        }
        ScheduleResult result = awaitRecord(SCHEDULE_RESULTS, run);
        assertThat(result.getStatus())
                .isEqualTo(result.getReason().isEmpty() ? JobStatus.COMPLETED : JobStatus.FAILED);
        return result;
    }

    private <T extends SpecificRecord> T awaitRecord(Topic<T> topic, String key)
            throws InterruptedException {
        var serde = schemas.serde(topic);
        try (var reader = new TopicReader(kafka, kafka.name(topic))) {
            return reader.until(rs -> rs.stream().anyMatch(r -> key.equals(r.key()))).stream()
                    .filter(r -> key.equals(r.key()))
                    .map(r -> serde.decode(r.value()))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private DatasetState awaitState(String dataset, int images) throws InterruptedException {
        var serde = schemas.serde(DATASETS_STATES);
        try (var reader = new TopicReader(kafka, kafka.name(DATASETS_STATES))) {
            List<DatasetState> states =
                    reader
                            .until(
                                    rs ->
                                            rs.stream()
                                                    .map(r -> serde.decode(r.value()))
                                                    .anyMatch(s -> is(s, dataset, images)))
                            .stream()
                            .map(r -> serde.decode(r.value()))
                            .filter(s -> is(s, dataset, images))
                            .toList();
            return states.get(states.size() - 1);
        }
    }

    private static boolean is(DatasetState state, String dataset, int images) {
        return state.getDataset().equals(dataset) && state.getImages() == images;
    }

    private List<String> reasons() {
        try (var reader = new TopicReader(kafka, kafka.name(DATASETS_IMAGES) + ".dead")) {
            return reader.toEnd().stream().map(DatasetGathererIT::reason).toList();
        }
    }

    private static String reason(ConsumerRecord<String, byte[]> dead) {
        return new String(
                dead.headers().lastHeader(DeadLetters.REASON).value(), StandardCharsets.UTF_8);
    }

    private void add(String dataset, byte[] file, String artifact) throws Exception {
        send(dataset, encoded(image(dataset, file, artifact)));
    }

    private static DatasetImage image(String dataset, byte[] file, String artifact) {
        return DatasetImage.newBuilder()
                .setDataset(dataset)
                .setBytes(file == null ? null : ByteBuffer.wrap(file))
                .setArtifact(artifact)
                .build();
    }

    private byte[] encoded(DatasetImage image) throws InterruptedException {
        return schemas.serde(DATASETS_IMAGES).encode(image);
    }

    private void send(String key, byte[] value) throws Exception {
        send(DATASETS_IMAGES, key, value);
    }

    private void send(Topic<?> topic, String key, byte[] value) throws Exception {
        try (var producer = kafka.producer(Map.of())) {
            producer.send(new ProducerRecord<>(kafka.name(topic), key, value)).get();
        }
    }

    /** Files that decoders throw other things at than they say. */
    private static byte[] damaged(String name) throws IOException {
        return Files.readAllBytes(
                Path.of("../shared/datasets/src/test/resources/damaged").resolve(name));
    }

    private void uncommitted(String dataset, byte[] file) throws Exception {
        try (var producer =
                kafka.producer(Map.of(ProducerConfig.TRANSACTIONAL_ID_CONFIG, "t-" + dataset))) {
            producer.initTransactions();
            producer.beginTransaction();
            producer.send(
                            new ProducerRecord<>(
                                    kafka.name(DATASETS_IMAGES),
                                    dataset,
                                    encoded(image(dataset, file, null))))
                    .get();
            producer.abortTransaction();
        }
    }

    private static byte[] png(int grey) throws IOException {
        var image = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_BYTE_GRAY);
        for (int x = 0; x < SIDE; x++) {
            for (int y = 0; y < SIDE; y++) {
                image.getRaster().setSample(x, y, 0, grey);
            }
        }
        var out = new ByteArrayOutputStream();
        ImageIO.write(image, "png", out);
        return out.toByteArray();
    }
}
