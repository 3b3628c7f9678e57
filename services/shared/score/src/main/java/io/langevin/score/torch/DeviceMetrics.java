package io.langevin.score.torch;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Optional;
import java.util.function.Function;

/** What a device does, asked of its driver whenever somebody looks. */
public final class DeviceMetrics {
    private DeviceMetrics() {}

    /** Where networks run and, on a GPU, its memory and how busy it is. */
    public static void bind(ComputeDevice device, MeterRegistry metrics) {
        boolean processor = device.equals(ComputeDevice.CPU);
        bind(device, processor ? null : DeviceChoice.ofThisMachine(), metrics);
    }

    /**
     * @param accelerators null on a processor
     */
    static void bind(ComputeDevice device, Accelerators accelerators, MeterRegistry metrics) {
        if (metrics.find("langevin.device").tag("device", device.name()).gauge() != null) {
            return; // another service of this process
        }
        Gauge.builder("langevin.device", () -> 1)
                .tag("device", device.name())
                .tag("kind", device.kind())
                .register(metrics);
        if (accelerators != null) {
            gauge(
                    device,
                    accelerators,
                    metrics,
                    "langevin.device.memory.bytes",
                    Accelerator::memory);
            gauge(
                    device,
                    accelerators,
                    metrics,
                    "langevin.device.memory.used.bytes",
                    gpu -> gpu.memory() - gpu.free());
            gauge(
                    device,
                    accelerators,
                    metrics,
                    "langevin.device.utilisation.ratio",
                    gpu -> gpu.utilisation() / 100.0);
        }
    }

    private static void gauge(
            ComputeDevice device,
            Accelerators accelerators,
            MeterRegistry metrics,
            String name,
            Function<Accelerator, Number> value) {
        Gauge.builder(name, () -> now(device, accelerators).map(value).orElse(Double.NaN))
                .tag("device", device.name())
                .register(metrics);
    }

    private static Optional<Accelerator> now(ComputeDevice device, Accelerators accelerators) {
        int index = device.place().getDeviceId();
        return accelerators.list().stream().filter(gpu -> gpu.index() == index).findFirst();
    }
}
