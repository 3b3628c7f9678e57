package io.langevin.score.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import io.langevin.process.ConfigurationException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DeviceChoiceTest {
    private static final Accelerator FIRST = new Accelerator(0, "GPU-aa1", "NVIDIA A", 80, 70, 0);
    private static final Accelerator SECOND = new Accelerator(1, "GPU-bb2", "NVIDIA B", 80, 70, 0);

    /** A machine as it could be. */
    private record Machine(Optional<String> driver, List<Accelerator> list, String broken)
            implements Accelerators {
        @Override
        public Optional<String> obstacle(Accelerator accelerator) {
            return Optional.ofNullable(broken);
        }
    }

    private static final Machine BARE = new Machine(Optional.empty(), List.of(), null);
    private static final Machine TWO =
            new Machine(Optional.of("570.1"), List.of(FIRST, SECOND), null);
    private static final Machine NO_LIBRARIES =
            new Machine(Optional.of("570.1"), List.of(FIRST), "python3 has no torch");

    private static ComputeDevice chosen(String text, Accelerators machine) {
        return DeviceChoice.of("LANGEVIN_DEVICE", text, machine);
    }

    @Test
    void what_is_asked_for_is_taken_where_it_is_there() {
        assertThat(chosen("cpu", null)).isEqualTo(ComputeDevice.CPU);
        assertThat(chosen("cuda", TWO).name()).isEqualTo("cuda:0");
        assertThat(chosen("cuda:1", TWO))
                .isEqualTo(new ComputeDevice("cuda:1", "NVIDIA B", Device.gpu(1), true));
        assertThat(chosen("auto", TWO).kind()).isEqualTo("NVIDIA A");
    }

    @Test
    void auto_takes_the_processor_where_no_gpu_can_be_used() {
        assertThat(chosen("auto", BARE)).isEqualTo(ComputeDevice.CPU);
        assertThat(chosen("auto", NO_LIBRARIES)).isEqualTo(ComputeDevice.CPU);
    }

    @Test
    void what_is_not_there_is_an_error_that_says_what_was_looked_for() {
        assertThatThrownBy(() -> chosen("cuda", BARE))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage(
                        "LANGEVIN_DEVICE: cannot be 'cuda': there is no NVIDIA driver:"
                                + " libnvidia-ml.so.1 cannot be loaded; './langevin doctor' says what"
                                + " to do");
        assertThatThrownBy(() -> chosen("cuda:2", TWO))
                .hasMessageContaining("the NVIDIA driver lists 2 GPUs: NVIDIA A, NVIDIA B;");
        assertThatThrownBy(() -> chosen("cuda:0", NO_LIBRARIES))
                .hasMessageContaining("cannot be 'cuda:0': python3 has no torch;");
    }

    @Test
    void only_what_cuda_shows_is_listed_and_in_its_order() {
        List<Accelerator> both = List.of(FIRST, SECOND);

        assertThat(NvidiaAccelerators.visible(both, null)).isEqualTo(both);
        assertThat(NvidiaAccelerators.visible(both, "1,0"))
                .containsExactly(SECOND.numbered(0), FIRST.numbered(1));
        assertThat(NvidiaAccelerators.visible(both, "GPU-bb")).containsExactly(SECOND.numbered(0));
        assertThat(NvidiaAccelerators.visible(both, "0,7,1")).containsExactly(FIRST);
        assertThat(NvidiaAccelerators.visible(both, "")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "gpu", "CUDA", "cuda:", "cuda:-1", "cuda:1000", "cpu:0", "cuda:0 "})
    void other_text_is_refused(String text) {
        assertThatThrownBy(() -> chosen(text, TWO))
                .hasMessage(
                        "LANGEVIN_DEVICE: must be cpu, cuda, cuda:N or auto, not '%s'"
                                .formatted(text));
    }
}
