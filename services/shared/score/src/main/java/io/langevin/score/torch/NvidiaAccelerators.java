package io.langevin.score.torch;

import io.langevin.process.ConfigurationException;
import java.util.List;
import java.util.Optional;

/** Those of NVIDIA, by their driver and PyTorch with CUDA. */
final class NvidiaAccelerators implements Accelerators {
    private final Optional<Nvml> nvml = Nvml.open(Nvml.LIBRARY);

    /** Found out once, before PyTorch is loaded. */
    private Optional<String> withoutLibraries;

    @Override
    public Optional<String> driver() {
        return nvml.map(Nvml::driver);
    }

    @Override
    public List<Accelerator> list() {
        return nvml.map(Nvml::list).orElse(List.of());
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
