package io.langevin.local;

import io.langevin.score.torch.DeviceChoice;
import picocli.CommandLine.Option;

/** Where networks run. */
final class DeviceOptions {
    @Option(
            names = "--device",
            paramLabel = "NAME",
            defaultValue = "${env:LANGEVIN_DEVICE:-cpu}",
            description =
                    "cpu, cuda, cuda:N, or auto: the first GPU where it can be used (default:"
                            + " $LANGEVIN_DEVICE, else cpu). './langevin doctor' says what is here.")
    String device;

    @Option(
            names = "--training-device",
            paramLabel = "NAME",
            description = "The same for training alone (default: that of --device).")
    String trainingDevice;

    /**
     * @throws io.langevin.process.ConfigurationException where one of them is not here
     */
    LocalDevices devices() {
        String sampling = device.isBlank() ? DeviceChoice.DEFAULT : device;
        DeviceChoice.of("--device", sampling);
        if (trainingDevice != null) {
            DeviceChoice.of("--training-device", trainingDevice);
        }
        return LocalDevices.of(sampling, trainingDevice);
    }
}
