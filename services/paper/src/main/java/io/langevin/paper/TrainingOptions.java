package io.langevin.paper;

import io.langevin.score.torch.ComputeDevice;
import io.langevin.score.torch.DeviceChoice;
import picocli.CommandLine.Option;

/** How long and how large: a figure's networks are all trained alike. */
final class TrainingOptions {
    @Option(
            names = "--iterations",
            defaultValue = "1000",
            description = "Optimiser steps of each network (default: ${DEFAULT-VALUE}).")
    int iterations;

    @Option(
            names = "--ngf",
            defaultValue = "32",
            description = "Filters of the first stage (default: ${DEFAULT-VALUE}; the paper: 128).")
    int ngf;

    @Option(
            names = "--batch",
            defaultValue = "32",
            description = "Images in a batch (default: ${DEFAULT-VALUE}; the paper: 128).")
    int batch;

    @Option(
            names = "--learning-rate",
            defaultValue = "1e-3",
            description = "Adam's step size (default: ${DEFAULT-VALUE}; the paper: 1e-4).")
    double learningRate;

    @Option(
            names = "--seed",
            defaultValue = "0",
            description = "Seed of weights, images and noise (default: ${DEFAULT-VALUE}).")
    long seed;

    @Option(
            names = "--device",
            paramLabel = "NAME",
            defaultValue = "${env:LANGEVIN_DEVICE:-cpu}",
            description = "cpu, cuda, cuda:N or auto (default: $LANGEVIN_DEVICE, else cpu).")
    private String device;

    /**
     * @throws io.langevin.process.ConfigurationException where it is not here
     */
    ComputeDevice device() {
        return DeviceChoice.of("--device", device.isBlank() ? DeviceChoice.DEFAULT : device);
    }
}
