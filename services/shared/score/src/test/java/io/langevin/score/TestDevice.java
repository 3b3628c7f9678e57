package io.langevin.score;

import io.langevin.score.torch.ComputeDevice;
import io.langevin.score.torch.DeviceChoice;

/** The device that networks are tested on: {@code -Dlangevin.device=cuda}, by default cpu. */
final class TestDevice {
    static final ComputeDevice ON =
            DeviceChoice.of("langevin.device", System.getProperty("langevin.device", "cpu"));

    private TestDevice() {}
}
