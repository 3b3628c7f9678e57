package io.langevin.local;

import io.langevin.score.torch.ComputeDevice;
import io.langevin.score.torch.DeviceChoice;
import picocli.CommandLine.Option;

/** Where networks run. */
public final class DeviceOption {
    @Option(
            names = "--device",
            paramLabel = "NAME",
            defaultValue = "${env:LANGEVIN_DEVICE:-cpu}",
            description =
                    "cpu, cuda, cuda:N, or auto: the first GPU where it can be used (default:"
                            + " $LANGEVIN_DEVICE, else cpu). './langevin doctor' says what is here.")
    private String device;

    /** As it was given; an empty variable is one that is not set. */
    String name() {
        return device.isBlank() ? DeviceChoice.DEFAULT : device;
    }

    /**
     * @throws io.langevin.process.ConfigurationException where it is not here
     */
    public ComputeDevice chosen() {
        return DeviceChoice.of("--device", name());
    }
}
