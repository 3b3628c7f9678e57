package io.langevin.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.langevin.cli.terminal.CommandFailure;
import io.langevin.score.Checkpoint;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class ImportCommandTest {
    private static final String FILES = "../shared/torchfiles/src/test/resources/torch-files/";

    @Test
    void the_options_say_what_the_file_does_not() throws IOException {
        Checkpoint checkpoint =
                parsed(
                                FILES + "authors.pth",
                                "--as=tiny",
                                "--image-size=8",
                                "--steps-per-level=3",
                                "--epsilon=2e-5",
                                "--no-denoise")
                        .checkpoint();

        assertThat(checkpoint.architecture().imageSize()).isEqualTo(8);
        assertThat(checkpoint.stepsPerLevel()).isEqualTo(3);
        assertThat(checkpoint.epsilon()).isEqualTo(2e-5);
        assertThat(checkpoint.denoise()).isFalse();
    }

    @Test
    void a_preset_gives_what_no_option_does() throws IOException {
        Checkpoint checkpoint =
                parsed(FILES + "bare-half.pth", "--as=tiny", "--preset=cifar10", "--epsilon=1e-6")
                        .checkpoint();

        assertThat(checkpoint.architecture().imageSize()).isEqualTo(32);
        assertThat(checkpoint.schedule().levels()).isEqualTo(232);
        assertThat(checkpoint.stepsPerLevel()).isEqualTo(5);
        assertThat(checkpoint.epsilon()).isEqualTo(1e-6);
        assertThat(checkpoint.denoise()).isTrue();
    }

    @Test
    void a_preset_with_other_noise_levels_than_the_file_is_refused() {
        assertThatThrownBy(
                        () ->
                                parsed(FILES + "authors.pth", "--as=tiny", "--preset=celeba")
                                        .checkpoint())
                .isInstanceOf(CommandFailure.class)
                .hasMessageContaining("has 6 noise levels, but preset celeba has 500: name another")
                .hasMessageContaining("--image-size, --steps-per-level and --epsilon");
    }

    @Test
    void every_failure_is_a_sentence() {
        assertFails("there is no file", "none.pth", "--as=a", "--preset=cifar10");
        assertFails("give its --preset, or --image-size", FILES + "authors.pth", "--as=a");
        assertFails(
                "cannot be imported: pickle: names posix.system, which is not allowed",
                FILES + "hostile.pth",
                "--as=a",
                "--preset=cifar10");
    }

    @Test
    void an_unknown_preset_is_wrong_usage() {
        var err = new StringWriter();

        int code =
                new CommandLine(new ImportCommand())
                        .setErr(new PrintWriter(err))
                        .execute("a.pth", "--as=a", "--preset=mnist");

        assertThat(code).isEqualTo(CommandLine.ExitCode.USAGE);
        assertThat(err.toString()).contains("must be one of [cifar10, celeba");
    }

    @Test
    void the_help_has_an_example() {
        assertThat(new CommandLine(new ImportCommand()).getUsageMessage())
                .contains("langevin import checkpoint_300000.pth --as cifar10 --preset cifar10");
    }

    private static void assertFails(String sentence, String... arguments) {
        assertThatThrownBy(() -> parsed(arguments).checkpoint())
                .isInstanceOf(CommandFailure.class)
                .hasMessageContaining(sentence);
    }

    private static ImportCommand parsed(String... arguments) {
        var command = new ImportCommand();
        new CommandLine(command).parseArgs(arguments);
        return command;
    }
}
