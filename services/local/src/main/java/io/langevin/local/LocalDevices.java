package io.langevin.local;

import io.langevin.score.torch.DeviceChoice;

/**
 * The devices of one process with every service, as {@link DeviceChoice#of} reads them.
 *
 * @param sampling that images are drawn and checkpoints are checked on
 * @param training that networks are trained on
 */
public record LocalDevices(String sampling, String training) {
    static final LocalDevices PROCESSOR =
            new LocalDevices(DeviceChoice.DEFAULT, DeviceChoice.DEFAULT);

    /**
     * @param training null for the same
     */
    static LocalDevices of(String sampling, String training) {
        return new LocalDevices(sampling, training == null ? sampling : training);
    }
}
