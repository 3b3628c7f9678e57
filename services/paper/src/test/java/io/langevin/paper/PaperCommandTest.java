package io.langevin.paper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** Every figure, as small as it can be, on the bundled images. */
class PaperCommandTest {
    @TempDir Path out;

    @BeforeAll
    static void home() {
        System.setProperty("langevin.home", "../..");
    }

    @Test
    void fig2_shows_the_diversity_of_the_data() throws Exception {
        JsonNode numbers = numbers("fig2", "fig2 --components 300 --samples 36");

        // another 36 of 300 images: the distances of 630 pairs vary by about a tenth
        double data = numbers.get("distanceOfData").asDouble();
        assertThat(numbers.get("distanceOfTechnique1").asDouble()).isCloseTo(data, within(1.5));
        assertThat(numbers.get("sigma1").asDouble()).isCloseTo(11.9, within(0.1));
    }

    @ParameterizedTest
    @CsvSource({
        "fig3, fig3 --iterations 3 --ngf 4 --batch 4",
        "fig4, fig4 --iterations 2 --points 2 --samples 4 --ngf 4 --batch 4",
        "fig5, fig5 --iterations 1 --samples 4 --ngf 4 --batch 4",
        "loss-per-level, loss-per-level --images 2",
        "nearest-neighbours, nearest-neighbours --samples 4 --neighbours 2"
    })
    void every_figure_is_a_picture_and_its_numbers(String name, String command) throws Exception {
        assertThat(numbers(name, command)).isNotEmpty();
    }

    @Test
    void the_score_of_one_gaussian_is_the_known_one() {
        var score = new MixtureScore(new float[] {1, 2}, 2);
        float[] f = new float[2];

        score.evaluate(new float[] {3, -1}, new float[] {0.5f}, f, 1);

        assertThat(f).containsExactly(-4, 6); // (centre − x)/σ
    }

    @Test
    void a_point_between_two_equal_gaussians_is_pulled_to_neither() {
        var score = new MixtureScore(new float[] {-1, 1}, 1);
        float[] f = new float[1];

        score.evaluate(new float[] {0}, new float[] {0.7f}, f, 1);

        assertThat(f[0]).isZero();
    }

    private JsonNode numbers(String name, String command) throws Exception {
        String line = command + " --out " + out;
        int code = new CommandLine(new PaperCommand()).execute(line.split(" "));
        assertThat(code).isZero();
        assertThat(ImageIO.read(out.resolve(name + ".png").toFile()).getWidth()).isPositive();
        return new ObjectMapper().readTree(out.resolve(name + ".json").toFile());
    }
}
