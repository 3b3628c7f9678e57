package io.langevin.local;

import io.langevin.cli.terminal.CommandFailure;
import io.langevin.noise.NoiseSchedule;
import io.langevin.process.ConfigurationException;
import io.langevin.process.Inert;
import io.langevin.score.Checkpoint;
import io.langevin.score.CompiledNetwork.Precision;
import io.langevin.score.DenoisingScoreMatching;
import io.langevin.score.NetworkArchitecture;
import io.langevin.score.TorchScoreNetwork;
import io.langevin.score.torch.Accelerator;
import io.langevin.score.torch.Accelerators;
import io.langevin.score.torch.ComputeDevice;
import io.langevin.score.torch.DeviceChoice;
import io.langevin.score.torch.TorchModule;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Says what networks can run on here. */
@Command(
        name = "doctor",
        description = {
            "Say what networks can run on here: processor, PyTorch, driver and GPUs. A small network",
            "runs on the device that is asked for and is compared with the processor's. Ends with 0",
            "where that device can be used."
        })
final class DoctorCommand implements Callable<Integer> {
    private static final int IMAGES = 16;
    private static final int CALLS = 5;
    private static final double GIGABYTE = 1 << 30;

    /** Asked for only where this command runs: a driver may take seconds to begin. */
    private final Supplier<Accelerators> here;

    private Accelerators accelerators;

    @Option(
            names = "--device",
            paramLabel = "NAME",
            defaultValue = "${env:LANGEVIN_DEVICE:-auto}",
            description =
                    "cpu, cuda, cuda:N or auto (default: $LANGEVIN_DEVICE, else auto: the first GPU"
                            + " where it can be used).")
    String device;

    DoctorCommand() {
        this(DeviceChoice::ofThisMachine);
    }

    DoctorCommand(Supplier<Accelerators> here) {
        this.here = here;
    }

    /**
     * What a network made of some images.
     *
     * @param milliseconds of its fastest call
     */
    private record Ran(float[] f, double milliseconds) {}

    @Override
    public Integer call() {
        accelerators = here.get();
        Runtime java = Runtime.getRuntime();
        say(
                "processor",
                "%d cores; this process may take %d MB of heap"
                        .formatted(java.availableProcessors(), java.maxMemory() >> 20));
        say("driver", accelerators.driver().map(v -> "NVIDIA " + v).orElse("none of NVIDIA's"));
        List<Accelerator> all = accelerators.list();
        for (Accelerator one : all) {
            Optional<String> obstacle = obstacle(one);
            say(
                    "cuda:" + one.index(),
                    "%s, %.1f of %.1f GB free, %d %% busy; %s"
                            .formatted(
                                    one.product(),
                                    one.free() / GIGABYTE,
                                    one.memory() / GIGABYTE,
                                    one.utilisation(),
                                    obstacle.orElse("PyTorch can use it")));
        }
        ComputeDevice chosen;
        try {
            chosen = DeviceChoice.of("--device", asked(), accelerators);
        } catch (ConfigurationException e) {
            throw new CommandFailure(e.getMessage() + "\n" + remedy(all));
        }
        say("PyTorch", TorchModule.version());
        compare(chosen);
        if (chosen.equals(ComputeDevice.CPU) && !asked().equals(chosen.name())) {
            System.out.println(remedy(all));
        }
        return 0;
    }

    private Optional<String> obstacle(Accelerator accelerator) {
        try {
            return accelerators.obstacle(accelerator);
        } catch (ConfigurationException e) {
            return Optional.of(e.getMessage());
        }
    }

    /** An empty variable is one that is not set. */
    private String asked() {
        return device.isBlank() ? "auto" : device;
    }

    private void compare(ComputeDevice chosen) {
        Checkpoint small = network();
        Ran onProcessor = ran(small, ComputeDevice.CPU);
        say(
                "cpu",
                "%d images of 28×28 pixels in %.1f ms"
                        .formatted(IMAGES, onProcessor.milliseconds()));
        if (!chosen.equals(ComputeDevice.CPU)) {
            Ran there = ran(small, chosen);
            say(
                    chosen.name(),
                    "the same in %.1f ms; its numbers differ by %.1e of their size"
                            .formatted(
                                    there.milliseconds(), difference(there.f(), onProcessor.f())));
        }
        say("chosen", chosen.name());
    }

    private static Checkpoint network() {
        var architecture = new NetworkArchitecture(NetworkArchitecture.Family.BASE, 32, 1, 28);
        return new Checkpoint(
                architecture,
                NoiseSchedule.geometric(1, 0.01, 10),
                1,
                1e-6,
                true,
                "doctor",
                Optional.empty(),
                DenoisingScoreMatching.State.initial(architecture, 1).weights(),
                Map.of());
    }

    private static Ran ran(Checkpoint checkpoint, ComputeDevice device) {
        try (var network = new TorchScoreNetwork(checkpoint, Precision.FLOAT32, device)) {
            float[] x = new float[IMAGES * network.dimension()];
            var random = new Random(1);
            for (int k = 0; k < x.length; k++) {
                x[k] = random.nextFloat();
            }
            float[] f = new float[x.length];
            double fastest = Double.POSITIVE_INFINITY;
            for (int call = 0; call < CALLS; call++) {
                long begin = System.nanoTime();
                network.evaluate(x, new float[IMAGES], f, IMAGES);
                fastest = Math.min(fastest, (System.nanoTime() - begin) / 1e6);
            }
            return new Ran(f, fastest);
        }
    }

    /** Root mean square of the difference over that of the numbers. */
    private static double difference(float[] these, float[] those) {
        double different = 0;
        double size = 0;
        for (int k = 0; k < these.length; k++) {
            different += Math.pow(these[k] - those[k], 2);
            size += Math.pow(those[k], 2);
        }
        return Math.sqrt(different / size);
    }

    private String remedy(List<Accelerator> all) {
        if (accelerators.driver().isEmpty()) {
            return "To run on a GPU: install NVIDIA's driver until 'nvidia-smi' lists the GPU; in a"
                    + " container, start it with its GPUs. docs/use/gpu.md has the commands.";
        }
        if (all.isEmpty()) {
            return "To run on a GPU: the driver must list one in 'nvidia-smi', and CUDA_VISIBLE_DEVICES"
                    + " must not hide it.";
        }
        return "To run on a GPU: install torch 2.7.1 built with CUDA for python3, or name the folder"
                + " of its libraries in PYTORCH_LIBRARY_PATH. docs/use/gpu.md has the commands.";
    }

    private static void say(String what, String text) {
        System.out.printf("%-10s %s%n", what, Inert.text(text));
    }
}
