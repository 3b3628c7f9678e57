package io.langevin.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** An image is made again from what its file says, by the commands that a person would use. */
@Timeout(value = 15, unit = TimeUnit.MINUTES) // only against a hang
class ReproduceIT {
    @TempDir static Path folder;
    private static LocalConfig config;
    private static LocalPlatform here;

    /** What a command printed and how it ended. */
    private record Ran(int code, String out, String err) {}

    @BeforeAll
    static void start() throws Exception {
        config = new LocalConfig(folder.resolve("data"), Path.of("../.."), 0, 0, 0);
        here = LocalPlatform.start(config);
    }

    @AfterAll
    static void stop() {
        here.close();
    }

    @Test
    void images_are_made_again_byte_by_byte() throws Exception {
        Path small = folder.resolve("small.png");
        ImageIO.write(new BufferedImage(7, 7, BufferedImage.TYPE_BYTE_GRAY), "png", small.toFile());
        String given = "--image " + small;

        assertMadeAgain("--count 2 --seed 4", "00001", "");
        assertMadeAgain("--evaluations 4 --sampler dpm-solver-ode --rho 5", "00000", "");
        assertMadeAgain("--task trajectory --every-rows 4", "00000", "");
        assertMadeAgain("--task interpolate --first-seed 1 --last-seed 2 --count 3", "00001", "");
        assertMadeAgain("--task super-resolve --factor 4 " + given, "00000", given);
    }

    private static void assertMadeAgain(String asked, String index, String given) throws Exception {
        Path out = Files.createTempDirectory(folder, "out");
        Ran sampled = platform("sample --model fashion --out " + out + " " + asked);
        assertThat(sampled.code()).as(sampled.err()).isZero();
        Path file = out.resolve("fashion-" + index + ".png");

        Ran again = platform("reproduce " + file + " " + given);

        assertThat(again.code()).as(again.err()).isZero();
        assertThat(again.out()).contains("the same " + Files.size(file) + " bytes");
    }

    @Test
    void file_whose_text_was_changed_is_not_the_same() throws Exception {
        Path file = sampled("--seed 4");
        byte[] bytes = Files.readAllBytes(file);
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        int seed = text.indexOf("seed\0") + 5;
        bytes[seed + 3] = (byte) (bytes[seed + 3] == '1' ? '2' : '1'); // another seed
        Files.write(file, bytes);

        Ran again = platform("reproduce " + file);

        assertThat(again.code()).isEqualTo(1);
        assertThat(again.err()).contains("the pixels are others");
    }

    /** Decoded, it would take more memory than there is. */
    @Test
    void file_that_says_it_has_very_many_pixels_is_refused_before_anything_is_asked_for()
            throws Exception {
        Path file = sampled("--seed 4");
        byte[] bytes = Files.readAllBytes(file);
        ByteBuffer.wrap(bytes).putInt(16, 20_000).putInt(20, 20_000); // width and height
        Files.write(file, bytes);

        Ran again = platform("reproduce " + file);

        assertThat(again.code()).isEqualTo(1);
        assertThat(again.err())
                .contains("must have at most 16000000 pixels, not 400000000")
                .doesNotContain("request ");
    }

    @Test
    void description_is_printed_and_can_be_left_out() throws Exception {
        Ran told = run("describe " + sampled("--seed 4"));
        assertThat(told.code()).isZero();
        assertThat(told.out())
                .containsPattern("model +fashion")
                .containsPattern("sampler.kind +DPM")
                .containsPattern("sampler.rho +7.0");

        Ran silent = run("describe " + sampled("--no-description"));
        assertThat(silent.code()).isEqualTo(1);
        assertThat(silent.err()).contains("does not say what made it");
    }

    @Test
    void a_plan_is_searched_published_and_used() throws Exception {
        Ran planned =
                platform(
                        "plan --model fashion --as planned --dataset %s --evaluations 4 --trials 3"
                                        .formatted(config.bundledDatasets().resolve("fashion"))
                                + " --images 32 --artifacts "
                                + config.artifacts());
        assertThat(planned.code()).as(planned.err()).isZero();
        assertThat(planned.out()).contains("recommends DPM_SOLVER_SDE with 16 evaluations");
        Path out = Files.createTempDirectory(folder, "out");

        assertThat(platform("sample --model planned --evaluations 4 --out " + out).code()).isZero();

        Path file = out.resolve("planned-00000.png");
        assertThat(run("describe " + file).out()).containsPattern("sampler.kind +SEARCHED");
        assertThat(platform("reproduce " + file).out()).contains("the same");
    }

    @Test
    void damaged_file_is_answered_by_one_line() throws Exception {
        byte[] whole = Files.readAllBytes(sampled("--seed 4"));
        Path file = folder.resolve("damaged.png");
        for (int length = 0; length < whole.length; length += 7) {
            Files.write(file, Arrays.copyOf(whole, length));

            Ran told = run("describe " + file);

            assertThat(told.err().lines().count() + told.code()).isIn(0L, 2L);
            assertThat(told.err()).doesNotContain("Exception");
        }
    }

    private static Path sampled(String asked) throws Exception {
        Path out = Files.createTempDirectory(folder, "out");
        assertThat(platform("sample --model fashion --out " + out + " " + asked).code()).isZero();
        return out.resolve("fashion-00000.png");
    }

    private static Ran platform(String command) {
        return run(
                "%s --bootstrap %s --registry %s"
                        .formatted(command, here.kafka().bootstrap(), here.kafka().registry()));
    }

    private static Ran run(String command) {
        PrintStream before = System.out;
        var out = new ByteArrayOutputStream();
        var err = new StringWriter();
        List<String> words = new ArrayList<>(List.of(command.trim().split(" +")));
        System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
        try {
            int code =
                    Langevin.commandLine()
                            .setErr(new PrintWriter(err, true))
                            .execute(words.toArray(String[]::new));
            return new Ran(code, out.toString(StandardCharsets.UTF_8), err.toString());
        } finally {
            System.setOut(before);
        }
    }
}
