package io.langevin.score.torch;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class DeviceMetricsTest {
    /** The second GPU is busier whenever it is looked at. */
    private static final class Busier implements Accelerators {
        private final AtomicInteger looks = new AtomicInteger();

        @Override
        public Optional<String> driver() {
            return Optional.of("570.1");
        }

        @Override
        public List<Accelerator> list() {
            int percent = 10 * looks.incrementAndGet();
            return List.of(
                    new Accelerator(0, "GPU-a", "NVIDIA A", 1, 1, 1),
                    new Accelerator(1, "GPU-b", "NVIDIA B", 80, 70, percent));
        }

        @Override
        public Optional<String> obstacle(Accelerator accelerator) {
            return Optional.empty();
        }
    }

    @Test
    void a_gpu_is_asked_whenever_somebody_looks() {
        var metrics = new SimpleMeterRegistry();
        var machine = new Busier();
        ComputeDevice device = DeviceChoice.of("x", "cuda:1", machine);
        machine.looks.set(0);

        DeviceMetrics.bind(device, machine, metrics);

        var busy = metrics.get("langevin.device.utilisation.ratio").tag("device", "cuda:1").gauge();
        assertThat(busy.value()).isEqualTo(0.1);
        assertThat(busy.value()).isEqualTo(0.2);
        assertThat(metrics.get("langevin.device.memory.used.bytes").gauge().value()).isEqualTo(10);
        assertThat(metrics.get("langevin.device.memory.bytes").gauge().value()).isEqualTo(80);
        assertThat(metrics.get("langevin.device").tag("kind", "NVIDIA B").gauge().value())
                .isEqualTo(1);
    }

    @Test
    void of_a_processor_only_that_it_is_one_is_said() {
        var metrics = new SimpleMeterRegistry();

        DeviceMetrics.bind(ComputeDevice.CPU, metrics);

        assertThat(metrics.getMeters()).hasSize(1);
        assertThat(metrics.get("langevin.device").tag("device", "cpu").gauge().value())
                .isEqualTo(1);
    }
}
