package io.langevin.score.torch;

import io.langevin.process.ConfigurationException;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Chooses the device that a setting asks for. */
public final class DeviceChoice {
    private static final Logger LOG = LoggerFactory.getLogger(DeviceChoice.class);

    /** The setting of every service that runs networks. */
    public static final String SETTING = "LANGEVIN_DEVICE";

    public static final String DEFAULT = "cpu";

    private static final String AUTO = "auto";
    private static final Pattern CUDA = Pattern.compile("cuda(?::([0-9]{1,3}))?");

    private DeviceChoice() {}

    /** What this machine has. */
    private static final class Here {
        private static final Accelerators ALL = new NvidiaAccelerators();
    }

    public static Accelerators ofThisMachine() {
        return Here.ALL;
    }

    /**
     * @param setting that the text comes from, for messages
     * @param text cpu, cuda, cuda:N, or auto: the first GPU where it can be used, else cpu
     * @throws ConfigurationException where it is none of these, or is not there: what was looked
     *     for, and where
     */
    public static ComputeDevice of(String setting, String text) {
        return of(setting, text, text.equals(DEFAULT) ? null : Here.ALL);
    }

    /**
     * @param accelerators are not asked where the text is cpu
     */
    public static ComputeDevice of(String setting, String text, Accelerators accelerators) {
        if (text.equals(DEFAULT)) {
            return ComputeDevice.CPU;
        }
        Matcher cuda = CUDA.matcher(text);
        if (!cuda.matches() && !text.equals(AUTO)) {
            throw new ConfigurationException(
                    "%s: must be cpu, cuda, cuda:N or auto, not '%s'".formatted(setting, text));
        }
        int index = cuda.matches() && cuda.group(1) != null ? Integer.parseInt(cuda.group(1)) : 0;
        List<Accelerator> there = accelerators.list();
        Optional<String> obstacle = obstacle(index, there, accelerators);
        if (obstacle.isEmpty()) {
            return ComputeDevice.cuda(there.get(index));
        }
        if (text.equals(AUTO)) {
            LOG.atInfo().addKeyValue("reason", obstacle.get()).log("networks run on the processor");
            return ComputeDevice.CPU;
        }
        throw new ConfigurationException(
                "%s: cannot be '%s': %s; './langevin doctor' says what to do"
                        .formatted(setting, text, obstacle.get()));
    }

    private static Optional<String> obstacle(
            int index, List<Accelerator> there, Accelerators accelerators) {
        if (accelerators.driver().isEmpty()) {
            return Optional.of(
                    "there is no NVIDIA driver: %s cannot be loaded".formatted(Nvml.LIBRARY));
        }
        if (index >= there.size()) {
            String names =
                    there.stream().map(Accelerator::product).collect(Collectors.joining(", "));
            return Optional.of(
                    "the NVIDIA driver lists %d GPUs%s"
                            .formatted(there.size(), there.isEmpty() ? "" : ": " + names));
        }
        return accelerators.obstacle(there.get(index));
    }
}
