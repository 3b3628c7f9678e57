package io.langevin.score.torch;

import io.langevin.process.ConfigurationException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Those of NVIDIA, by their driver and PyTorch with CUDA. */
final class NvidiaAccelerators implements Accelerators {
    private static final String VISIBLE = "CUDA_VISIBLE_DEVICES";

    private final Optional<Nvml> nvml = Nvml.open(Nvml.LIBRARY);

    /** Found out once, before PyTorch is loaded. */
    private Optional<String> withoutLibraries;

    @Override
    public Optional<String> driver() {
        return nvml.map(Nvml::driver);
    }

    @Override
    public List<Accelerator> list() {
        return visible(nvml.map(Nvml::list).orElse(List.of()), System.getenv(VISIBLE));
    }

    /**
     * Those that CUDA shows to this process, numbered as it numbers them where CUDA_DEVICE_ORDER is
     * PCI_BUS_ID, as the launcher sets it.
     *
     * @param all of the machine
     * @param shown CUDA_VISIBLE_DEVICES: indices or beginnings of UUIDs, up to the first that is
     *     none; null where all are shown
     */
    static List<Accelerator> visible(List<Accelerator> all, String shown) {
        if (shown == null) {
            return all;
        }
        List<Accelerator> visible = new ArrayList<>();
        for (String name : shown.split(",")) {
            Optional<Accelerator> named =
                    all.stream().filter(one -> isNamed(one, name.strip())).findFirst();
            if (named.isEmpty()) {
                break;
            }
            visible.add(named.get().numbered(visible.size()));
        }
        return visible;
    }

    private static boolean isNamed(Accelerator one, String name) {
        return name.equals("" + one.index())
                || name.startsWith("GPU-") && one.uuid().startsWith(name);
    }

    @Override
    public synchronized Optional<String> obstacle(Accelerator accelerator) {
        if (withoutLibraries == null) {
            withoutLibraries = TorchLibraries.use();
        }
        if (withoutLibraries.isPresent()) {
            return withoutLibraries;
        }
        try {
            return TorchModule.obstacle(ComputeDevice.cuda(accelerator));
        } catch (LinkageError e) { // this process cannot load another one any more
            throw new ConfigurationException(
                    "PyTorch cannot be loaded from %s: %s"
                            .formatted(TorchLibraries.folder(), rootReason(e)),
                    e);
        }
    }

    private static String rootReason(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return String.valueOf(root.getMessage());
    }
}
