package io.langevin.local;

import io.langevin.score.torch.DeviceChoice;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Where the networks of a whole platform run. */
final class DeviceOptions {
    @Mixin DeviceOption device;

    @Option(
            names = "--training-device",
            paramLabel = "NAME",
            description = "The same for training alone (default: that of --device).")
    String trainingDevice;

    /**
     * @throws io.langevin.process.ConfigurationException where one of them is not here
     */
    LocalDevices devices() {
        device.chosen();
        if (trainingDevice != null) {
            DeviceChoice.of("--training-device", trainingDevice);
        }
        return LocalDevices.of(device.name(), trainingDevice);
    }
}
