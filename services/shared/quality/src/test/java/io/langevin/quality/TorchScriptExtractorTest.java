package io.langevin.quality;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.langevin.score.torch.TorchScriptArchive;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TorchScriptExtractorTest {
    private static final String MEANS = "return torch.mean(x, [2, 3])";
    private static final String PLAIN = "-> Tensor:";
    private static final String PAIR = "-> Tuple[Tensor, Tensor]:";

    @TempDir Path folder;

    @Test
    void features_are_what_the_program_gives() throws IOException {
        ImageSet images = Pictures.discs(131, 3, 4, 1);
        try (var extractor = TorchScriptExtractor.open(file("means.pt", PLAIN, MEANS), 3, 4)) {
            FeatureExtractor.Extraction extraction = extractor.extract(images);

            assertThat(extractor.name()).isEqualTo("means");
            assertThat(extractor.features()).isEqualTo(3);
            assertThat(extractor.distanceName()).isEqualTo("Fréchet distance (means)");
            assertThat(extraction.logits()).isEmpty();
            assertThat(extraction.features().count()).isEqualTo(131);
            for (int i = 0; i < 131; i++) {
                double sum = 0;
                for (int k = 0; k < 16; k++) {
                    sum += images.pixels()[i * 48 + 32 + k];
                }
                assertThat((double) extraction.features().values()[i * 3 + 2])
                        .isCloseTo(sum / 16, within(1e-6));
            }
        }
    }

    @Test
    void a_view_of_the_input_is_copied_before_the_next_batch() throws IOException {
        ImageSet images = Pictures.discs(130, 3, 4, 1);
        Path file = file("same.pt", PLAIN, "return torch.view(x, [-1, 48])");
        try (var extractor = TorchScriptExtractor.open(file, 3, 4)) {
            assertThat(extractor.extract(images).features().values())
                    .containsExactly(images.pixels());
        }
    }

    @Test
    void a_classifier_gives_logits_too_and_an_inception_score() throws IOException {
        Path file =
                file(
                        "classifier.pt",
                        PAIR,
                        "m = torch.mean(x, [2, 3])",
                        "return (torch.repeat(m, [1, 2]), torch.mul(m, 5))");
        ImageSet images = Pictures.discs(20, 1, 8, 1);
        try (var extractor = TorchScriptExtractor.open(file, 1, 8)) {
            assertThat(extractor.features()).isEqualTo(6);
            assertThat(extractor.extract(images).logits().orElseThrow().dimension()).isEqualTo(3);

            QualityReport report = Quality.compare(extractor, images, images, 1);

            // three equal channels: every class is as likely in every image
            assertThat(report.inceptionScore().orElseThrow().mean()).isCloseTo(1, within(1e-6));
        }
    }

    @Test
    void with_2048_features_the_distance_is_fid() throws IOException {
        Path file =
                file(
                        "inception.pt",
                        PLAIN,
                        "y = torch.repeat(torch.view(x, [-1, 12]), [1, 171])",
                        "return torch.narrow(y, 1, 0, 2048)");
        try (var extractor = TorchScriptExtractor.open(file, 3, 2)) {
            assertThat(extractor.distanceName()).isEqualTo("FID");
        }
    }

    @Test
    void files_that_are_no_network_are_refused() throws IOException {
        assertThatThrownBy(() -> TorchScriptExtractor.open(folder.resolve("none.pt"), 3, 8))
                .isInstanceOf(NoSuchFileException.class);
        Path text = Files.writeString(folder.resolve("text.pt"), "not a zip");
        assertThatThrownBy(() -> TorchScriptExtractor.open(text, 3, 8))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("file: must be TorchScript, but text.pt cannot be loaded:");
    }

    @Test
    void a_forward_that_does_something_else_is_refused_when_it_is_opened() throws IOException {
        Path image = file("image.pt", PLAIN, "return x");
        assertThatThrownBy(() -> TorchScriptExtractor.open(image, 3, 8))
                .hasMessage(
                        "forward: must give features [2, n] of float32, not (2, 3, 8, 8) of"
                                + " float32");
        Path failing = file("failing.pt", PLAIN, "return torch.view(x, [-1, 7])");
        assertThatThrownBy(() -> TorchScriptExtractor.open(failing, 3, 8))
                .hasMessageStartingWith("forward: must take [B, 3, 8, 8], but failing fails:");
        Path three = file("three.pt", "-> Tuple[Tensor, Tensor, Tensor]:", "return (x, x, x)");
        assertThatThrownBy(() -> TorchScriptExtractor.open(three, 3, 8))
                .hasMessage("forward: must give a tuple of 2, not one of 3");
    }

    @Test
    void images_of_another_shape_are_refused() throws IOException {
        try (var extractor = TorchScriptExtractor.open(file("means.pt", PLAIN, MEANS), 3, 4)) {
            assertThatThrownBy(() -> extractor.extract(Pictures.discs(2, 1, 4, 1)))
                    .hasMessage(
                            "images: must have 4×4 pixels with 3 channels, not 4×4 pixels with 1"
                                    + " channel");
        }
    }

    private Path file(String name, String result, String... lines) throws IOException {
        String program =
                """
                class Program(Module):
                  __parameters__ = []
                  __buffers__ = []
                  def forward(self: __torch__.Program, x: Tensor) %s
                    %s
                """
                        .formatted(result, String.join("\n    ", lines));
        return Files.write(folder.resolve(name), TorchScriptArchive.of(program));
    }
}
