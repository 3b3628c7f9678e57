package io.langevin.operations.dashboard;

import static io.langevin.messaging.Topics.JOB_STATES;
import static io.langevin.messaging.Topics.MODEL_CHECKPOINTS;
import static io.langevin.messaging.Topics.SAMPLING_IMAGES;
import static io.langevin.messaging.Topics.TRAINING_PROGRESS;
import static org.assertj.core.api.Assertions.assertThat;

import io.langevin.messaging.KafkaConfig;
import io.langevin.messaging.Schemas;
import io.langevin.messaging.follow.TopicsInMemory;
import io.langevin.records.GeneratedImage;
import io.langevin.records.ImageFormat;
import io.langevin.records.JobKind;
import io.langevin.records.JobStage;
import io.langevin.records.JobState;
import io.langevin.records.PublishedCheckpoint;
import io.langevin.records.TrainingProgress;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a page is shown, whatever stands on the topics. */
class LiveFeedTest {
    private static final String ID = "0b0e7f7a-9a8e-4a3d-9d2c-000000000001";

    private KafkaConfig kafka;
    private TopicsInMemory topics;
    private LiveFeed feed;

    @BeforeEach
    void follow() throws InterruptedException {
        kafka = KafkaConfig.of("unused:1", "mock://" + UUID.randomUUID());
        var schemas = new Schemas(kafka);
        schemas.registerAll();
        topics = new TopicsInMemory(kafka, schemas);
        feed = LiveFeed.following(topics);
    }

    @Test
    void model_that_is_deleted_is_gone_for_pages_that_are_open_too() throws Exception {
        List<LiveFeed.Change> changes = new ArrayList<>();
        feed.listen(changes::add);
        topics.write(MODEL_CHECKPOINTS, "m", checkpoint("m"));
        topics.write(new ProducerRecord<>(kafka.name(MODEL_CHECKPOINTS), "m", null));

        assertThat(feed.models()).isEmpty();
        assertThat(PageJson.change(changes.get(1)).toString())
                .isEqualTo("{\"kind\":\"modelGone\",\"value\":{\"model\":\"m\"}}");
    }

    @Test
    void names_that_no_model_and_no_run_can_have_are_not_shown() throws Exception {
        String large = "x".repeat(60_000);
        topics.write(MODEL_CHECKPOINTS, "a\nb", checkpoint("a\nb"));
        topics.write(MODEL_CHECKPOINTS, large, checkpoint(large));
        topics.write(TRAINING_PROGRESS, large, progress(large));
        topics.write(TRAINING_PROGRESS, "another", progress(ID));
        topics.write(SAMPLING_IMAGES, large, image(large, 1));
        topics.write(JOB_STATES, large, state(large, ""));

        assertThat(feed.listen(change -> {})).isEmpty();
    }

    @Test
    void long_details_are_shown_in_part() throws Exception {
        topics.write(JOB_STATES, ID, state(ID, "d".repeat(60_000)));
        topics.write(TRAINING_PROGRESS, ID, progress(ID));

        assertThat(PageJson.changes(feed.listen(change -> {})).toString()).hasSizeLessThan(2_000);
    }

    @Test
    void newest_images_are_kept_up_to_64_megabytes() throws Exception {
        for (int i = 0; i < 40; i++) {
            topics.write(SAMPLING_IMAGES, ID, image(ID, i, 2 << 20));
        }

        assertThat(feed.image(ID, 7)).isEmpty();
        assertThat(feed.image(ID, 8)).isPresent();
        assertThat(feed.image(ID, 39)).isPresent();
    }

    private static GeneratedImage image(String id, int index) {
        return image(id, index, 10);
    }

    private static GeneratedImage image(String id, int index, int bytes) {
        return GeneratedImage.newBuilder()
                .setRequestId(id)
                .setIndex(index)
                .setCount(100)
                .setSeed(1L)
                .setModel("m")
                .setCheckpoint("c")
                .setScheduleId("s")
                .setWidth(1)
                .setHeight(1)
                .setChannels(1)
                .setFormat(ImageFormat.PNG)
                .setBytes(ByteBuffer.allocate(bytes))
                .setSha256("")
                .setNetworkEvaluations(1)
                .setGeneratedAt(Instant.EPOCH)
                .build();
    }

    private static JobState state(String id, String detail) {
        return JobState.newBuilder()
                .setId(id)
                .setKind(JobKind.SAMPLING)
                .setStage(JobStage.COMPLETED)
                .setModel("m")
                .setDetail(detail)
                .setRequestedAt(Instant.EPOCH)
                .setUpdatedAt(Instant.EPOCH)
                .build();
    }

    private static TrainingProgress progress(String runId) {
        return TrainingProgress.newBuilder()
                .setRunId(runId)
                .setIteration(1)
                .setIterations(10)
                .setSeconds(1)
                .setLoss(1)
                .setImagesPerSecond(50)
                .setMeasuredAt(Instant.EPOCH)
                .build();
    }

    private static PublishedCheckpoint checkpoint(String model) {
        return PublishedCheckpoint.newBuilder()
                .setModel(model)
                .setCheckpoint("c")
                .setFamily("ncsnv2")
                .setNgf(4)
                .setImageSize(8)
                .setChannels(1)
                .setLevels(3)
                .setStepsPerLevel(2)
                .setScheduleId("s")
                .setPublishedAt(Instant.EPOCH)
                .build();
    }
}
