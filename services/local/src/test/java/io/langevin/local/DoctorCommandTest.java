package io.langevin.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.langevin.cli.LangevinCommand;
import io.langevin.process.ConfigurationException;
import io.langevin.score.torch.Accelerator;
import io.langevin.score.torch.Accelerators;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class DoctorCommandTest {
    private static final Accelerator GPU =
            new Accelerator(0, "GPU-1", "NVIDIA H100\u001b[2J", 80L << 30, 70L << 30, 12);

    private record Machine(Optional<String> driver, List<Accelerator> list)
            implements Accelerators {
        @Override
        public Optional<String> obstacle(Accelerator accelerator) {
            if (accelerator.index() == 1) {
                throw new ConfigurationException("PyTorch cannot be loaded from /x: too short");
            }
            return Optional.of("PYTORCH_LIBRARY_PATH is not set and python3 has no torch");
        }
    }

    private record Ran(int code, String out, String err) {}

    @Test
    void a_machine_without_gpu_runs_on_the_processor_and_is_told_how_to_use_one() {
        Ran ran = ran(new Machine(Optional.empty(), List.of()), "auto");

        assertThat(ran.err()).doesNotContain("langevin:");
        assertThat(ran.code()).isZero();
        assertThat(ran.out())
                .contains("driver     none of NVIDIA's")
                .containsPattern("PyTorch    2\\.7\\.1 from ")
                .containsPattern("cpu        16 images of 28×28 pixels in [0-9.]+ ms")
                .contains("chosen     cpu")
                .contains("To run on a GPU: install NVIDIA's driver");
    }

    @Test
    void a_gpu_without_libraries_is_named_with_what_is_missing() {
        Ran ran = ran(new Machine(Optional.of("570.1"), List.of(GPU)), "cuda");

        assertThat(ran.code()).isEqualTo(1);
        assertThat(ran.out())
                .contains("driver     NVIDIA 570.1")
                .contains("70.0 of 80.0 GB free, 12 % busy; PYTORCH_LIBRARY_PATH is not set")
                .doesNotContain("\u001b");
        assertThat(ran.err())
                .contains("--device: cannot be 'cuda': PYTORCH_LIBRARY_PATH is not set")
                .contains("install torch 2.7.1");
    }

    @Test
    void libraries_that_cannot_be_loaded_are_named_with_a_remedy_too() {
        var second = new Accelerator(1, "GPU-2", "NVIDIA H200", 1L << 30, 1L << 30, 0);
        Ran ran = ran(new Machine(Optional.of("570.1"), List.of(GPU, second)), "cuda:1");

        assertThat(ran.code()).isEqualTo(1);
        assertThat(ran.out()).contains("cuda:1", "PyTorch cannot be loaded from /x: too short");
        assertThat(ran.err()).contains("PyTorch cannot be loaded from /x", "install torch 2.7.1");
    }

    private static Ran ran(Accelerators machine, String device) {
        var out = new ByteArrayOutputStream();
        var err = new ByteArrayOutputStream();
        PrintStream outBefore = System.out;
        PrintStream errBefore = System.err;
        System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
        System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
        try {
            CommandLine line = LangevinCommand.commandLine();
            line.addSubcommand(new DoctorCommand(() -> machine));
            int code = line.execute("doctor", "--device", device);
            return new Ran(
                    code,
                    out.toString(StandardCharsets.UTF_8),
                    err.toString(StandardCharsets.UTF_8));
        } finally {
            System.setOut(outBefore);
            System.setErr(errBefore);
        }
    }
}
