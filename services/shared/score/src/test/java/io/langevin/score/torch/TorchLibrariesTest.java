package io.langevin.score.torch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TorchLibrariesTest {
    @TempDir Path folder;

    @Test
    void libraries_must_be_of_the_version_that_the_bridge_is_made_for_and_have_cuda()
            throws IOException {
        assertThat(TorchLibraries.obstacle("2.11.0+cu130", folder, "python3 has"))
                .hasValue(
                        "python3 has torch 2.11.0+cu130 in %s, and DJL's bridge needs 2.7.1 (cu128)"
                                .formatted(folder));
        assertThat(TorchLibraries.obstacle("2.7.1", folder, "python3 has"))
                .hasValue(
                        "python3 has a torch without CUDA: there is no libtorch_cuda.so in "
                                + folder);

        Files.createFile(folder.resolve("libtorch_cuda.so"));

        assertThat(TorchLibraries.obstacle("2.7.1+cu128", folder, "python3 has")).isEmpty();
    }

    @Test
    void a_library_that_is_not_there_is_no_driver() {
        assertThat(Nvml.open("libnothing-of-the-kind.so.1")).isEmpty();
    }
}
