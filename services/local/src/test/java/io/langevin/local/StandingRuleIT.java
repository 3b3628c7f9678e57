package io.langevin.local;

import static io.langevin.messaging.Topics.JOB_STATES;
import static io.langevin.messaging.Topics.MODEL_CHECKPOINTS;
import static org.assertj.core.api.Assertions.assertThat;

import io.langevin.artifacts.ArtifactId;
import io.langevin.artifacts.ArtifactStores;
import io.langevin.client.PlatformClient;
import io.langevin.messaging.Schemas;
import io.langevin.messaging.TopicReader;
import io.langevin.messaging.Topics;
import io.langevin.records.JobStage;
import io.langevin.records.JobState;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** From images that people publish to a model that nobody asked for by hand. */
@Timeout(value = 15, unit = TimeUnit.MINUTES) // only against a hang
class StandingRuleIT {
    private static final int SIDE = 8;

    @TempDir Path folder;
    private LocalPlatform here;

    @BeforeEach
    void start() throws Exception {
        here = LocalPlatform.start(new LocalConfig(folder, Path.of("../.."), 0, 0, 0));
    }

    @AfterEach
    void stop() {
        here.close();
    }

    @Test
    void images_that_are_added_begin_a_run_of_a_rule_and_lineage_leads_back_to_their_range()
            throws Exception {
        Path first = pictures("first", 0, 40);
        assertThat(command("datasets", "add", "flowers", first.toString(), "--artifacts", store()))
                .contains("40 images added to topic:flowers")
                .contains("it has 40 images");
        command(
                "retrain --model grown --dataset topic:flowers --size 8 --ngf 4 --iterations 4"
                        + " --batch 4 --held-out 0 --promote newest --more-images 20 --rule grow");
        Path more = pictures("first", 30, 60); // ten of them are there already
        Files.write(more.resolve("damaged.png"), new byte[] {1, 2, 3});

        assertThat(command("datasets", "add", "flowers", more.toString(), "--artifacts", store()))
                .contains("21 images added to topic:flowers; 40 were there already")
                .contains("it has 60 images, and 1 that are not usable");

        assertThat(command("datasets", "add", "flowers", more.toString(), "--artifacts", store()))
                .contains("0 images added to topic:flowers; 61 were there already")
                .contains("it has 60 images");

        JobState end = awaitEnd("grow");
        assertThat(end.getStage()).as(end.getDetail()).isEqualTo(JobStage.COMPLETED);
        String checkpoint;
        try (PlatformClient platform = PlatformClient.at(here.kafka())) {
            checkpoint = platform.latest(MODEL_CHECKPOINTS).get("grown").getCheckpoint();
        }
        assertThat(command("lineage", checkpoint))
                .contains("topic:flowers@0-61")
                .contains("grow")
                .contains("20 more images: 60, after 40");
        assertThat(command("datasets"))
                .contains("topic:flowers            60 images, 1 not usable");
        Path sheet = folder.resolve("sheet.png");
        assertThat(
                        command(
                                "datasets",
                                "topic:flowers@0-40",
                                "--artifacts",
                                store(),
                                "--sheet",
                                sheet.toString()))
                .contains("images       40");
        assertThat(ImageIO.read(sheet.toFile())).isNotNull();

        assertThat(command("rules")).contains("grow").contains(end.getId() + " completed");
        assertThatArtifactsThatNobodyNamesGo(new ArtifactId(checkpoint));
        assertThat(command("rules", "--end", "grow")).contains("ended");
        assertThat(command("rules")).contains("no rule stands");
    }

    private void assertThatArtifactsThatNobodyNamesGo(ArtifactId checkpoint) throws Exception {
        try (var artifacts = ArtifactStores.open(URI.create(store()))) {
            ArtifactId nobodys = artifacts.put(new byte[] {1, 2, 3});
            ArtifactId fresh = artifacts.put(new byte[] {4});
            List<ArtifactId> all = new ArrayList<>();
            artifacts.forEach(artifact -> all.add(artifact.id()));
            all.remove(fresh);
            for (ArtifactId old : all) {
                Path file = folder.resolve("artifacts").resolve(old.hex().substring(0, 2));
                Files.setLastModifiedTime(file.resolve(old.hex()), FileTime.fromMillis(0));
            }
            assertThat(command("artifacts", "gc", "--dry-run", "--artifacts", store()))
                    .contains(nobodys.hex())
                    .contains("would delete 1 artifacts");
            assertThat(artifacts.get(nobodys)).isNotEmpty();

            assertThat(command("artifacts", "gc", "--artifacts", store()))
                    .contains("deleted 1 artifacts, 0.0 MB")
                    .contains("and 1 that are newer than 7 days");
            List<ArtifactId> left = new ArrayList<>();
            artifacts.forEach(artifact -> left.add(artifact.id()));
            all.remove(nobodys);
            all.add(fresh);
            assertThat(left).containsExactlyInAnyOrderElementsOf(all).contains(checkpoint);
        }
    }

    private String store() {
        return folder.resolve("artifacts").toUri().toString();
    }

    private JobState awaitEnd(String policy) throws InterruptedException {
        var serde = new Schemas(here.kafka()).serde(Topics.JOB_STATES);
        try (var reader = new TopicReader(here.kafka(), here.kafka().name(JOB_STATES))) {
            return reader
                    .until(
                            records ->
                                    records.stream()
                                            .map(r -> serde.decode(r.value()))
                                            .anyMatch(state -> isEnd(state, policy)))
                    .stream()
                    .map(r -> serde.decode(r.value()))
                    .filter(state -> isEnd(state, policy))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private static boolean isEnd(JobState state, String policy) {
        return policy.equals(state.getPolicy())
                && (state.getStage() == JobStage.COMPLETED || state.getStage() == JobStage.FAILED);
    }

    /** Pictures of noise that depend on their number alone, in a folder. */
    private Path pictures(String name, int from, int to) throws Exception {
        Path all = Files.createDirectories(folder.resolve(name));
        for (int i = from; i < to; i++) {
            var image = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_RGB);
            var random = new Random(i);
            for (int k = 0; k < SIDE * SIDE; k++) {
                image.setRGB(k % SIDE, k / SIDE, random.nextInt(1 << 24));
            }
            ImageIO.write(image, "png", all.resolve("%03d.png".formatted(i)).toFile());
        }
        return all;
    }

    private String command(String line) {
        return command(line.split(" "));
    }

    private String command(String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(
                List.of(
                        "--bootstrap",
                        here.kafka().bootstrap(),
                        "--registry",
                        here.kafka().registry()));
        if (arguments[0].equals("datasets") && !arguments[1 % arguments.length].equals("add")) {
            all.addAll(List.of("--data-dir", folder.resolve("none").toString()));
        }
        PrintStream before = System.out;
        var out = new ByteArrayOutputStream();
        System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
        try {
            assertThat(Langevin.commandLine().execute(all.toArray(String[]::new)))
                    .as(String.join(" ", all))
                    .isZero();
        } finally {
            System.setOut(before);
        }
        return out.toString(StandardCharsets.UTF_8);
    }
}
