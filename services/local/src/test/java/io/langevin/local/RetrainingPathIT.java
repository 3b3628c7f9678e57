package io.langevin.local;

import static io.langevin.messaging.Topics.CANCELLATIONS;
import static io.langevin.messaging.Topics.JOB_STATES;
import static io.langevin.messaging.Topics.MODEL_CHANGES;
import static io.langevin.messaging.Topics.MODEL_CHANGE_RESULTS;
import static io.langevin.messaging.Topics.MODEL_CHECKPOINTS;
import static io.langevin.messaging.Topics.MODEL_JUDGEMENTS;
import static io.langevin.messaging.Topics.RETRAINING_REQUESTS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.langevin.artifacts.ArtifactId;
import io.langevin.client.NotCompletedException;
import io.langevin.client.PlatformClient;
import io.langevin.client.Retraining;
import io.langevin.client.Sampling;
import io.langevin.messaging.Schemas;
import io.langevin.messaging.TopicReader;
import io.langevin.messaging.follow.WholeTopic;
import io.langevin.records.Cancellation;
import io.langevin.records.CheckpointQuality;
import io.langevin.records.GeneratedImage;
import io.langevin.records.JobStage;
import io.langevin.records.JobState;
import io.langevin.records.JobStatus;
import io.langevin.records.JudgedCheckpoint;
import io.langevin.records.ModelAction;
import io.langevin.records.ModelChange;
import io.langevin.records.ModelChangeResult;
import io.langevin.records.NetworkParameters;
import io.langevin.records.PromotionRule;
import io.langevin.records.PublishedCheckpoint;
import io.langevin.records.RetrainingRequest;
import io.langevin.records.SampleRequest;
import io.langevin.records.Sampler;
import io.langevin.records.Task;
import io.langevin.records.TaskKind;
import io.langevin.records.TrainingParameters;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** From a retraining request to images of the model trained for it, on real images. */
@Timeout(value = 15, unit = TimeUnit.MINUTES) // only against a hang
class RetrainingPathIT {
    @TempDir static Path folder;
    private static LocalPlatform here;
    private static PlatformClient platform;

    @BeforeAll
    static void start() throws Exception {
        here = LocalPlatform.start(new LocalConfig(folder, Path.of("../.."), 0, 0, 0));
        platform = PlatformClient.at(here.kafka());
    }

    @AfterAll
    static void stop() {
        platform.close();
        here.close();
    }

    @Test
    void a_request_becomes_a_model_that_every_sampler_uses_without_a_restart() throws Exception {
        JobState end =
                Retraining.askAndWait(
                        platform,
                        retraining("trained", "fashion", 12).build(),
                        new Retraining.Watcher() {});
        assertThat(end.getStage()).isEqualTo(JobStage.COMPLETED);

        SampleRequest request =
                SampleRequest.newBuilder()
                        .setRequestId(UUID.randomUUID().toString())
                        .setModel("trained")
                        .setCount(2)
                        .setSampler(Sampler.newBuilder().setStepsPerLevel(1).build())
                        .build();
        List<GeneratedImage> images = Sampling.ask(platform, request, 240, count -> {}).images();

        assertThat(images).hasSize(2);
        assertThat(end.getDetail()).startsWith("checkpoint " + images.get(0).getCheckpoint());
        assertThat(images.get(0).getWidth()).isEqualTo(8);
        assertShadowed(images.get(0));
    }

    /** A request with an image of 8×8 is what a candidate of 12×12 cannot answer. */
    private static void assertShadowed(GeneratedImage image) throws InterruptedException {
        SampleRequest like =
                SampleRequest.newBuilder()
                        .setRequestId(UUID.randomUUID().toString())
                        .setModel("trained")
                        .setTask(
                                Task.newBuilder()
                                        .setKind(TaskKind.IMAGE_TO_IMAGE)
                                        .setImage(image.getBytes())
                                        .setSigma(0.5)
                                        .build())
                        .build();
        Sampling.ask(platform, like, 240, count -> {});
        RetrainingRequest.Builder larger = retraining("trained", "fashion", 4).setImageSize(12);
        larger.getPromotionBuilder().setRule(PromotionRule.NEWEST).setImages(16).setShadow(5);
        JobState end = Retraining.askAndWait(platform, larger.build(), new Retraining.Watcher() {});
        assertThat(end.getDetail())
                .startsWith("candidate ")
                .contains("waits, as it cannot answer the request " + like.getRequestId())
                .contains("12×12");
        awaitServed("trained", image.getCheckpoint());

        RetrainingRequest.Builder same = retraining("trained", "fashion", 4);
        same.getTrainingBuilder().setSeed(1);
        same.getPromotionBuilder().setRule(PromotionRule.NEWEST).setImages(16).setShadow(5);
        end = Retraining.askAndWait(platform, same.build(), new Retraining.Watcher() {});
        assertThat(end.getDetail())
                .startsWith("checkpoint ")
                .containsPattern("answers [3-5] requests of late$");
    }

    /** Three candidates, of which the best serves; then by hand, back, in part, and gone. */
    @Test
    void the_best_candidate_serves_until_somebody_changes_that() throws Exception {
        RetrainingRequest.Builder asked = retraining("judged", "fashion", 60);
        asked.getTrainingBuilder().setCandidateEvery(20);
        asked.getPromotionBuilder().setImages(32);
        JobState end = Retraining.askAndWait(platform, asked.build(), new Retraining.Watcher() {});
        await().until(() -> model("judged") != null);
        PublishedCheckpoint first = model("judged");
        List<JudgedCheckpoint> judged = judgements(asked.getRunId());

        assertThat(judged).extracting(JudgedCheckpoint::getIteration).containsExactly(20, 40, 60);
        for (JudgedCheckpoint one : judged) {
            BufferedImage grid = ImageIO.read(new ByteArrayInputStream(one.getGrid().array()));
            assertThat(grid.getWidth()).isEqualTo(4 * 8 + 3 * 2);
        }
        CheckpointQuality best =
                judged.stream()
                        .map(JudgedCheckpoint::getQuality)
                        .min(Comparator.comparingDouble(CheckpointQuality::getDistance))
                        .orElseThrow();
        assertThat(first.getQuality()).isEqualTo(best);
        assertThat(best.getDistanceError()).isPositive();
        assertThat(best.getNovelty()).isPositive();
        assertThat(end.getDetail())
                .startsWith("checkpoint " + first.getCheckpoint())
                .contains("best of 3");

        asked.setRunId(UUID.randomUUID().toString());
        asked.getPromotionBuilder().setRule(PromotionRule.BY_HAND);
        asked.getTrainingBuilder().setSeed(1);
        end = Retraining.askAndWait(platform, asked.build(), new Retraining.Watcher() {});
        await().until(() -> model("judged").getCandidate() != null);
        String candidate = model("judged").getCandidate().getCheckpoint();
        assertThat(model("judged").getCheckpoint()).isEqualTo(first.getCheckpoint());
        assertThat(end.getDetail()).startsWith("candidate " + candidate);
        assertThat(judgements(asked.getRunId())).hasSize(3); // what serves is known already

        assertLineage(first, asked.getTrainingBuilder().build());

        change("judged", ModelAction.SHARE, 1);
        awaitServed("judged", candidate);
        change("judged", ModelAction.PROMOTE, 0);
        awaitModel("judged", candidate);
        assertThat(model("judged").getCandidate()).isNull();
        awaitServed("judged", candidate);
        change("judged", ModelAction.ROLL_BACK, 0);
        awaitModel("judged", first.getCheckpoint());
        assertThat(model("judged").getQuality()).isEqualTo(best);
        awaitServed("judged", first.getCheckpoint());
        change("judged", ModelAction.RETIRE, 0);
        await().until(() -> model("judged") == null);
        await().atMost(Duration.ofMinutes(2))
                .untilAsserted(
                        () ->
                                assertThatThrownBy(() -> served("judged"))
                                        .isInstanceOf(NotCompletedException.class)
                                        .hasMessageContaining("model: must be one of"));
    }

    /** From an image's file, and from the first digits of a checkpoint, to the data. */
    private static void assertLineage(PublishedCheckpoint first, TrainingParameters asked)
            throws Exception {
        Path images = folder.resolve("made");
        command("sample", "--model", "judged", "--out", images.toString());
        String lineage = command("lineage", images.resolve("judged-00000.png").toString());
        assertThat(lineage)
                .contains("image\n", "models\n", "judgement\n", "run\n", "schedule\n", "data\n")
                .containsPattern("checkpoint +" + first.getCheckpoint())
                .containsPattern("judged +serves since")
                .containsPattern("distance +" + first.getQuality().getDistance())
                .containsPattern("runId +" + first.getRunId())
                .containsPattern("training.candidateEvery +" + asked.getCandidateEvery())
                .containsPattern("dataset +fashion")
                .containsPattern("fingerprint +" + first.getQuality().getDatasetFingerprint());
        String json = command("lineage", first.getCheckpoint().substring(0, 12), "--json");
        assertThat(new ObjectMapper().readTree(json).at("/run/runId").asText())
                .isEqualTo(first.getRunId());
        Path file = folder.resolve("judged.safetensors");
        command(
                "export",
                "judged",
                "--out",
                file.toString(),
                "--artifacts",
                here.address().artifacts().toString());
        assertThat(ArtifactId.of(Files.readAllBytes(file)).hex()).isEqualTo(first.getCheckpoint());
    }

    /** What a command prints that succeeds. */
    private static String command(String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(
                List.of(
                        "--bootstrap", here.address().bootstrap(),
                        "--registry", here.address().registry()));
        var out = new ByteArrayOutputStream();
        PrintStream before = System.out;
        System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
        try {
            assertThat(Langevin.commandLine().execute(all.toArray(String[]::new))).isZero();
        } finally {
            System.setOut(before);
        }
        return out.toString(StandardCharsets.UTF_8);
    }

    private static void change(String model, ModelAction action, double share)
            throws InterruptedException {
        String id = UUID.randomUUID().toString();
        ModelChangeResult result =
                platform.ask(
                        MODEL_CHANGES,
                        id,
                        ModelChange.newBuilder()
                                .setChangeId(id)
                                .setModel(model)
                                .setAction(action)
                                .setShare(share)
                                .build(),
                        MODEL_CHANGE_RESULTS,
                        "the publishing service",
                        "");
        assertThat(result.getReason()).isEmpty();
        assertThat(result.getStatus()).isEqualTo(JobStatus.COMPLETED);
    }

    private static PublishedCheckpoint model(String name) throws InterruptedException {
        return platform.latest(MODEL_CHECKPOINTS).get(name);
    }

    /** What is committed is visible a moment later. */
    private static void awaitModel(String name, String checkpoint) {
        await().atMost(Duration.ofMinutes(1))
                .until(() -> model(name).getCheckpoint().equals(checkpoint));
    }

    /** A sampler hears of a change a moment after it is made. */
    private static void awaitServed(String model, String checkpoint) {
        await().atMost(Duration.ofMinutes(2)).until(() -> served(model).equals(checkpoint));
    }

    /** The checkpoint of a request that names none. */
    private static String served(String model) throws InterruptedException {
        SampleRequest request =
                SampleRequest.newBuilder()
                        .setRequestId(UUID.randomUUID().toString())
                        .setModel(model)
                        .build();
        return Sampling.ask(platform, request, 240, count -> {}).outcome().getCheckpoint();
    }

    private static List<JudgedCheckpoint> judgements(String runId) throws InterruptedException {
        List<JudgedCheckpoint> found = new CopyOnWriteArrayList<>();
        WholeTopic.read(
                here.kafka(),
                new Schemas(here.kafka()),
                MODEL_JUDGEMENTS,
                (record, source) -> {
                    if (runId.equals(source.key())) {
                        found.add(record);
                    }
                });
        return found;
    }

    @Test
    void runs_that_cannot_be_say_why_and_the_next_one_is_done() {
        assertFails(retraining("m", "nothing", 1).build(), "dataset: must exist");
        assertFails(retraining("m", "../fashion", 1).build(), "dataset: must be a name of letters");
        assertFails(
                retraining("m", "fashion", 1).setImageSize(512).build(),
                "smaller than the 512×512 asked for");
        assertFails(
                retraining("m", "fashion", 1).setImageSize(9).build(),
                "imageSize: must be a multiple of 2");
        assertFails(
                retraining("m", "fashion", 1)
                        .setTraining(
                                TrainingParameters.newBuilder().setLearningRate(Double.NaN).build())
                        .build(),
                "training.learningRate: must be above 0");
        assertFails(
                retraining("m", "fashion", 1)
                        .setNetwork(NetworkParameters.newBuilder().setFamily("unet").build())
                        .build(),
                "network: must be one of");
    }

    @Test
    void a_training_is_judged_paused_goes_on_and_is_cancelled() throws Exception {
        RetrainingRequest.Builder endless = retraining("endless", "fashion", 50_000);
        endless.getTrainingBuilder().setCandidateEvery(500);
        endless.getPromotionBuilder().setImages(16);
        String id = endless.getRunId();
        platform.write(RETRAINING_REQUESTS, id, endless.build());
        await().atMost(Duration.ofMinutes(3)).until(() -> judgements(id).size() > 1);
        assertThat(judgements(id).get(0).getIteration()).isEqualTo(500);
        assertThat(command("pause", id, "--reason", "others first"))
                .contains(id + " paused: asked to pause: others first");
        Retraining.askAndWait(
                platform, retraining("between", "fashion", 2).build(), new Retraining.Watcher() {});
        assertThat(command("resume", id)).contains(id + " waiting: goes on");
        platform.write(CANCELLATIONS, id, new Cancellation(id, "enough", Instant.now()));
        try (var reader = new TopicReader(here.kafka(), here.kafka().name(JOB_STATES))) {
            var serde = new Schemas(here.kafka()).serde(JOB_STATES);
            reader.until(
                    records ->
                            records.stream()
                                    .filter(r -> id.equals(r.key()))
                                    .anyMatch(
                                            r ->
                                                    serde.decode(r.value()).getStage()
                                                            == JobStage.CANCELLED));
        }
        // the worker is free again: another run goes through
        Retraining.askAndWait(
                platform, retraining("after", "fashion", 2).build(), new Retraining.Watcher() {});
    }

    private static void assertFails(RetrainingRequest request, String reason) {
        assertThatThrownBy(
                        () -> Retraining.askAndWait(platform, request, new Retraining.Watcher() {}))
                .isInstanceOf(NotCompletedException.class)
                .hasMessageContaining(reason);
    }

    private static RetrainingRequest.Builder retraining(
            String model, String dataset, int iterations) {
        return RetrainingRequest.newBuilder()
                .setRunId(UUID.randomUUID().toString())
                .setModel(model)
                .setDataset(dataset)
                .setImageSize(8)
                .setNetwork(NetworkParameters.newBuilder().setNgf(4).build())
                .setTraining(
                        TrainingParameters.newBuilder()
                                .setIterations(iterations)
                                .setBatchSize(8)
                                .setLearningRate(1e-3)
                                .setEmaRamp(true)
                                .build());
    }
}
