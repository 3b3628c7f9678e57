package io.langevin.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatasetsCommandTest {
    @TempDir Path folder;
    private final PrintStream before = System.out;
    private final String homeBefore = System.getProperty("langevin.home");
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final StringWriter err = new StringWriter();

    @BeforeEach
    void capture() {
        System.setOut(new PrintStream(out, true));
        System.setProperty("langevin.home", "../..");
    }

    @AfterEach
    void release() {
        System.setOut(before);
        if (homeBefore == null) {
            System.clearProperty("langevin.home");
        } else {
            System.setProperty("langevin.home", homeBefore);
        }
    }

    @Test
    void data_sets_of_every_folder_are_listed_by_their_names() throws Exception {
        Files.createDirectories(folder.resolve("data/datasets/mine"));
        Files.createDirectories(folder.resolve("more/photos"));
        Files.createDirectories(folder.resolve("more/.cache"));

        assertThat(run("--datasets", folder.resolve("more").toString())).isZero();

        assertThat(out.toString().lines().map(line -> line.split(" +")[0]))
                .containsExactly("fashion", "mine", "photos");
    }

    @Test
    void one_says_what_is_in_it_and_what_is_not_and_shows_it() throws Exception {
        Path mine = Files.createDirectories(folder.resolve("data/datasets/mine"));
        Path pictures = Path.of("../shared/datasets/src/test/resources/pictures");
        Files.copy(pictures.resolve("turned-6.jpg"), mine.resolve("a.jpg"));
        Files.copy(pictures.resolve("plain.bmp"), mine.resolve("b.bmp"));
        Files.writeString(mine.resolve("notes.txt"), "x");
        Path sheet = folder.resolve("sheet.png");

        assertThat(run("mine", "--size", "8", "--sheet", sheet.toString())).isZero();

        assertThat(out.toString())
                .contains("images       2")
                .contains("sizes        12×16 (1), 16×12 (1)")
                .contains("channels     3, RGB")
                .contains("left out     1 no images (notes.txt)")
                .containsPattern("fingerprint  [0-9a-f]{64}");
        assertThat(ImageIO.read(sheet.toFile()).getWidth()).isEqualTo(2 * 96 + 2);
    }

    @Test
    void a_name_that_is_none_is_told_those_that_are() {
        assertThat(run("nothing")).isEqualTo(1);

        assertThat(err.toString())
                .contains("dataset: must exist below a configured root, but 'nothing' does not")
                .contains("there are: fashion");
    }

    private int run(String... arguments) {
        String[] all = new String[arguments.length + 3];
        all[0] = "datasets";
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        all[all.length - 2] = "--data-dir";
        all[all.length - 1] = folder.resolve("data").toString();
        return Langevin.commandLine().setErr(new PrintWriter(err, true)).execute(all);
    }
}
